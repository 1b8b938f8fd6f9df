"""All that a modern site does goes on working through us, in Chromium and in Firefox, over HTTP/2 and HTTP/1.1."""
import json

import pytest

from support import wait

MEBIBYTES = 200


@pytest.fixture(params=["h2", "http/1.1"])
def site(world, request):
    """A party's web site, on whose page the browser is."""
    site = world.sites[request.param]
    assert world.browser.open(site.address) is None, world.browser.text
    return site


def test_a_page_with_100_resources(world, site):
    found = world.browser.run("""
        performance.setResourceTimingBufferSize(1000);
        const all = await Promise.all([...Array(100).keys()].map(async (number) =>
            (await (await fetch("/r" + number, { cache: "no-store" })).text()) === "resource " + number));
        const protocols = performance.getEntriesByType("resource").map((entry) => entry.nextHopProtocol);
        return { right: all.filter(Boolean).length, protocols: [...new Set(protocols)] };""")
    assert found == {"right": 100, "protocols": [site.protocol]}
    assert set(site.certificates()) == {world.client}


def test_it_is_a_secure_context_with_its_cookies(world, site):
    assert world.browser.run("""
        document.cookie = "script=yes; Secure; SameSite=Strict";
        return [window.isSecureContext, document.cookie, (await (await fetch("/cookies")).text()).split("; ").sort()];
        """) == [True, "script=yes", ["__Host-kept=yes", "script=yes"]]


def test_a_websocket_echoes(world, site):
    assert world.browser.run("""
        const socket = new WebSocket(location.origin.replace("https", "wss") + "/echo");
        socket.binaryType = "arraybuffer";
        const answers = [];
        await new Promise((done, fail) => {
          socket.onerror = () => fail(new Error("it failed"));
          socket.onopen = () => { socket.send("text"); socket.send(new Uint8Array(300000).fill(7)); };
          socket.onmessage = (event) => { answers.push(event.data); if (answers.length === 2) done(); };
        });
        const closed = new Promise((done) => { socket.onclose = (event) => done([event.code, event.wasClean]); });
        socket.close(1000);
        const octets = new Uint8Array(answers[1]);
        return [answers[0], octets.length, octets.every((octet) => octet === 7), await closed];
        """) == ["text", 300000, True, [1000, True]]
    assert site.told("websocket over")[-1] == site.protocol, "RFC 8441 over HTTP/2, RFC 6455 over HTTP/1.1"


def test_server_sent_events_come_one_by_one(world, site):
    assert world.browser.run("""
        const source = new EventSource("/events");
        const told = [];
        await new Promise((done, fail) => { source.onopen = done; source.onerror = () => fail(new Error("it failed")); });
        for (let number = 1; number <= 3; ++number) {
          const next = new Promise((done) => { source.onmessage = (event) => done(event.lastEventId + " " + event.data); });
          await fetch("/next", { method: "POST" });
          told.push(await next);
        }
        source.close();
        return told;""") == ["1 event 1", "2 event 2", "3 event 3"]


def test_an_answer_is_read_while_the_server_writes_it(world, site):
    """Each part is written only after the page has read the one before it."""
    assert world.browser.run("""
        const reader = (await fetch("/stream")).body.getReader();
        const text = async () => { const { done, value } = await reader.read(); return done ? null : new TextDecoder().decode(value); };
        const parts = [await text()];
        for (let number = 1; number <= 3; ++number) {
          await fetch("/next", { method: "POST" });
          parts.push(await text());
        }
        await fetch("/end", { method: "POST" });
        parts.push(await text());
        return parts;""") == ["part 0 ", "part 1 ", "part 2 ", "part 3 ", None]


def test_an_answer_that_the_page_gives_up_ends_at_the_server(world, site):
    before = len(site.told("closed"))
    world.browser.run("""
        const stop = new AbortController();
        const reader = (await fetch("/stream", { signal: stop.signal })).body.getReader();
        await reader.read();
        stop.abort();""")
    wait.until(lambda: len(site.told("closed")) > before, "the server learns of it")


def test_a_service_worker_answers(world, site):
    assert world.browser.run("""
        const registration = await navigator.serviceWorker.register("/worker.js");
        await navigator.serviceWorker.ready;
        if (!navigator.serviceWorker.controller)
          await new Promise((done) => { navigator.serviceWorker.oncontrollerchange = done; });
        const answer = await (await fetch("/from-worker")).text();
        await registration.unregister();
        return answer;""") == "the worker's answer"


@pytest.mark.slow
def test_a_large_download_is_what_was_sent(world, site):
    found = world.browser.run(f"return await download({MEBIBYTES})", 100)
    assert found[0] == MEBIBYTES << 20
    assert found == json.loads(site.told("downloaded")[-1])


@pytest.mark.slow
def test_a_large_upload_arrives_as_it_was_sent(world, site):
    found = world.browser.run(f"return await upload({MEBIBYTES})", 100)
    assert found["sent"][0] == MEBIBYTES << 20
    assert found["arrived"] == found["sent"]
