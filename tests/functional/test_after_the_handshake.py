"""What a party may not do once TLS is up: each is told as what it is, and nothing of it is taken for an answer."""
import pytest

from support import clients, servers

ECDSA_P256 = 0x0403
PARTY = {"identity": "none"}  # the server cannot read ECDSA signatures
# RFC 8446, section 4: type, length, and the least that each of them can hold.
MESSAGES = {
    "KeyUpdate": ("18 000001 00", "changed its keys in mid-connection (KeyUpdate), which is not supported"),
    "CertificateRequest": ("0d 00000b 00 0008 000d 0004 0002 0403", "asked for a client certificate after the handshake, which is not supported"),
    "EncryptedExtensions": ("08 000002 0000", "has no place after the handshake"),
    "nothing, and no close_notify": ("none", "closed without saying so (no close_notify)"),
}


def test_that_it_does_not_take_our_certificate_is_told_as_such(latchkey, pki, token):
    with servers.OpensslServer(pki.server(), "1.3", more=("-verify_return_error",)) as server, latchkey(server, token=token()) as proxy:
        answer = clients.curl("http://party.test/", port=proxy.port)
        assert answer.status == 502 and "it does not accept the certificate that it was shown" in answer.body, answer


@pytest.mark.parametrize("message, says", MESSAGES.values(), ids=MESSAGES)
def test_it_is_told_as_what_it_is(latchkey, pki, token, message, says):
    with servers.Tls13Server(pki.server(), ECDSA_P256, late=message) as server, latchkey(server, token=token(), party=PARTY) as proxy:
        answer = clients.curl("http://party.test/", port=proxy.port)
        assert answer.status == 502 and says in answer.body, (answer, server.log)
