"""What else goes wrong on a machine: services that are killed, cards that are held, disks that are full."""


def test_pcscd_is_killed(guest, token):
    token.plug()
    guest.until_armed()
    for _ in range(3):
        guest.run("systemctl kill --signal=KILL pcscd.service", check=False)
    guest.until_armed()
    assert guest.curl().status == 200
    token.yank()
    guest.until_disarmed()
    assert guest.curl().status == 503


def test_scdaemon_holds_the_card_and_lets_go(guest, token):
    guest.run("systemctl --user stop latchkey.service latchkey.socket", user="alice")
    token.plug()
    guest.machine.until("gpg --card-status", "gpg has the card", 60, user="alice")
    guest.run("systemctl --user start latchkey.socket latchkey.service", user="alice")
    guest.until(lambda status: "scdaemon" in str(status.get("token")), "says who holds the card")
    assert guest.curl().status == 503
    assert "scdaemon" in guest.run("latchkey doctor", user="alice", check=False).stdout
    guest.run("gpgconf --kill scdaemon", user="alice")
    # As it says: pcscd looks no second time for a reader that it could not have.
    token.unplug()
    token.plug()
    guest.until_armed()
    assert guest.curl().status == 200


def test_a_full_disk_keeps_no_token_armed(guest, token):
    guest.run("fallocate -l $(($(stat -f -c '%f * %S' /) - 4096)) /full 2>/dev/null; cat /dev/zero >>/full 2>/dev/null; "
              "! sh -c 'echo x >~alice/x'")
    token.plug()
    guest.until_armed()
    assert guest.curl().status == 200
    token.yank()
    guest.until_disarmed()
    assert guest.curl().status == 503
    guest.run("rm /full")
    token.plug()
    guest.until_armed()


def test_a_home_folder_that_vanishes(guest, token):
    token.plug()
    guest.until_armed()
    guest.run("mv /home/alice /home/gone")
    token.yank()
    guest.until_disarmed()
    guest.run("mv /home/gone /home/alice")
    token.plug()
    guest.until_armed()
    assert guest.curl().status == 200


def test_somebody_without_a_home_folder(guest, token):
    guest.run("rm -r /home/bob")
    guest.log_in("bob")
    token.plug()
    guest.show("alice")
    guest.until_armed("alice", seconds=120)
    assert guest.run("systemctl --user --machine=bob@ --failed --no-legend").stdout == ""
