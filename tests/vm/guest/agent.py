#!/usr/bin/python3
"""Root's shell in the guest, over a virtio port (tests/vm/machine.py is the other end).

A request is a line of JSON and so is its answer, which has the request's "id". {"command", "user", "input", "seconds"} runs
a shell command: {"status", "output", "errors"}, with status 124 if it took too long. {"socket", "line", "user"} sends a line
to a UNIX socket: {"line"}, which is empty if none answers. Requests are done one after the other. Whatever is done as a user
is done without a program that becomes this user: to start one takes as long as what it is to start. There is no ssh because
a session of it would count as somebody who is logged in, and no network because nothing here needs one.
"""
import json
import os
import pwd
import signal
import socket
import subprocess
import time

_PORT = "/dev/virtio-ports/shell"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SOCKET_SECONDS = 10


def run(command, user, text, seconds):
    environment, options = {"PATH": _PATH, "LANG": "C.UTF-8"}, {"cwd": "/"}
    if user != "root":
        person = pwd.getpwnam(user)
        runtime = f"/run/user/{person.pw_uid}"
        environment |= {"HOME": person.pw_dir, "USER": user, "XDG_RUNTIME_DIR": runtime, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus"}
        options = {"cwd": person.pw_dir if os.path.isdir(person.pw_dir) else "/", "user": person.pw_uid, "group": person.pw_gid,
                   "extra_groups": os.getgrouplist(user, person.pw_gid)}
    process = subprocess.Popen(["/bin/sh", "-c", command], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True, **options)
    try:
        output, errors = process.communicate(text.encode(), seconds)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        status = 124
    return {"status": status, "output": output.decode(errors="replace"), "errors": errors.decode(errors="replace")}


def ask(path, line, user):
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(_SOCKET_SECONDS)
        try:
            os.seteuid(pwd.getpwnam(user).pw_uid)
            try:
                asked.connect(path)
            finally:
                os.seteuid(0)
            asked.sendall(line.encode() + b"\n")
            return {"line": asked.makefile().readline()}
        except OSError:
            return {"line": ""}


def answer(request):
    if "socket" in request:
        done = ask(request["socket"], request["line"], request["user"])
    else:
        done = run(request["command"], request["user"], request["input"], request["seconds"])
    return {"id": request["id"], **done}


def send(answers, octets):
    while octets:
        octets = octets[answers.write(octets):]


def main():
    port = os.open(_PORT, os.O_RDWR)  # only once at a time
    with open(port, "rb") as requests, open(port, "wb", buffering=0, closefd=False) as answers:
        while True:
            line = requests.readline()
            if line.endswith(b"\n"):
                send(answers, json.dumps(answer(json.loads(line))).encode() + b"\n")
            else:
                time.sleep(0.1)  # nobody is at the other end


if __name__ == "__main__":
    main()
