"""The page on which one watches a training: who may see it, what it shows, and how it ends."""
import base64
import http.client
import json
import os
import signal
import socket
import time
import unittest
import xml.etree.ElementTree

from support import DONE, INTERRUPTED, USAGE, WORK, CliTest

ENDLESS = ("--epochs", "1000000000")
SOME = ("--epochs", "500")  # 1000 iterations, some milliseconds
MOST_CONNECTIONS = 32
HOST = "127.0.0.1"


class Viewer:
    """One who reads events as a browser does."""

    def __init__(self, test, port, look="light", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        test.addCleanup(self.connection.close)
        self.connection.request("GET", f"/events?look={look}", headers=headers or {})
        self.response = self.connection.getresponse()

    def next(self):
        """The next event; None when there will be none."""
        while True:
            line = self.response.readline()
            if not line:
                return None
            if line.startswith(b"data: "):
                return json.loads(line[len("data: "):])

    def all(self):
        return list(iter(self.next, None))


class PreviewTest(CliTest):
    def preview(self, *arguments):
        """Starts a preview; self.port is where it serves."""
        process = self.start("preview", *arguments)
        address = process.stdout.readline().decode()
        self.assertRegex(address, r"\Ahttp://127\.0\.0\.1:\d+/\n\Z",
                         None if address else process.stderr.read())
        self.port = int(address.rstrip("/\n").split(":")[-1])
        return process

    def ask(self, path="/", method="GET", **headers):
        """Status, headers and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value
                                                      for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def ask_raw(self, request):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(request)
            return connection.recv(65536)

    def end(self, process, exit_code=DONE):
        """Waits for it; returns what it wrote after the address."""
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, exit_code, stderr)
        return stdout.decode(), stderr.decode()

    def check_picture(self, text):
        root = xml.etree.ElementTree.fromstring(base64.b64decode(text))
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")

    # ---- what is served, and to whom ----

    def test_the_page_needs_nothing_but_itself(self):
        self.preview(*ENDLESS)
        status, headers, body = self.ask("/")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertTrue(body.startswith(b"<!DOCTYPE html>"))
        self.assertTrue(body.endswith(b"</html>\n"))
        for wrong in (b"@NAME@", b"http:", b"https:", b"//cdn", b'src="'):
            self.assertNotIn(wrong, body)

    def test_a_head_request_has_no_body(self):
        self.preview(*ENDLESS)
        for path in ("/", "/events"):
            status, _, body = self.ask(path, "HEAD")
            self.assertEqual((status, body), (200, b""), path)

    def test_only_this_machine_can_connect(self):
        self.preview(*ENDLESS)
        with open("/proc/net/tcp", encoding="ascii") as file:
            rows = [line.split() for line in file][1:]
        listening = [row[1] for row in rows
                     if row[3] == "0A" and row[1].endswith(f":{self.port:04X}")]
        self.assertEqual(listening, [f"0100007F:{self.port:04X}"])

    def test_other_hosts_names_are_refused(self):
        self.preview(*ENDLESS)
        for path in ("/", "/events", "/nothing"):
            for host in ("evil.example", f"evil.example:{self.port}", "127.0.0.1", "localhost", "",
                         f"127.0.0.1:{self.port + 1}", f"127.0.0.1:{self.port}.evil.example",
                         f"localhost.evil.example:{self.port}", f"[::1]:{self.port}",
                         f"127.0.0.1:{self.port}, evil.example"):
                status, _, body = self.ask(path, Host=host)
                self.assertEqual(status, 403, (path, host))
                self.assertNotIn(b"<", body)
        for host in (f"127.0.0.1:{self.port}", f"localhost:{self.port}", f"LOCALHOST:{self.port}"):
            self.assertEqual(self.ask("/", Host=host)[0], 200, host)

    def test_a_host_must_be_named_and_once(self):
        self.preview(*ENDLESS)
        ours = f"Host: 127.0.0.1:{self.port}\r\n".encode()
        for lines in (b"", ours + b"Host: evil.example\r\n", b"Host: evil.example\r\n" + ours,
                      ours + ours):
            answer = self.ask_raw(b"GET / HTTP/1.0\r\n" + lines + b"\r\n")
            self.assertRegex(answer, rb"\AHTTP/1\.[01] 40[03] ", lines)
        self.assertIn(b" 200 ", self.ask_raw(b"GET / HTTP/1.0\r\n" + ours + b"\r\n"))

    def test_there_are_only_get_and_head(self):
        self.preview(*ENDLESS)
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "get"):
            for path in ("/", "/events", "/nothing"):
                status, headers, _ = self.ask(path, method)
                self.assertEqual(status, 405, (method, path))
                self.assertEqual(headers["Allow"], "GET, HEAD")

    def test_no_file_is_served(self):
        self.make("secret.txt")
        self.preview(*ENDLESS)
        for path in ("/secret.txt", "/etc/passwd", "/../secret.txt", "/%2e%2e/secret.txt", "//",
                     "/./", "/events/", "/index.html", "/favicon.ico", "secret.txt", "/%00"):
            status, _, body = self.ask(path)
            self.assertIn(status, (400, 404), path)
            self.assertNotIn(b"older", body)

    def test_pages_of_other_sites_get_no_events(self):
        self.preview(*ENDLESS)
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"},
                        {"Origin": f"https://{HOST}:{self.port}"},
                        {"Origin": f"http://{HOST}:{self.port + 1}"},
                        {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}):
            self.assertEqual(self.ask("/events", **headers)[0], 403, headers)
        for headers in ({"Origin": f"http://{HOST}:{self.port}"},
                        {"Sec-Fetch-Site": "same-origin"}):
            viewer = Viewer(self, self.port, headers=headers)
            self.assertEqual(viewer.response.status, 200)
            self.assertEqual(viewer.response.headers["Content-Type"], "text/event-stream")

    def test_requests_that_are_none_do_no_harm(self):
        self.preview(*ENDLESS)
        for request in (b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
                        b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
                        b"GET / HTTP/1.1\r\nX: " + b"a" * 100000 + b"\r\n\r\n"):
            try:
                answer = self.ask_raw(request)
            except ConnectionError:
                continue
            self.assertNotIn(b" 200 ", answer, request[:40])
        self.assertEqual(self.ask("/")[0], 200)

    def test_connections_are_limited(self):
        self.preview(*ENDLESS)
        many = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(MOST_CONNECTIONS)]
        request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as one_more:
            try:
                one_more.sendall(request)
                answer = one_more.recv(1000)
            except (TimeoutError, ConnectionError):
                answer = b""
            self.assertEqual(answer, b"")
        for connection in many:
            connection.close()

        def answers():
            try:
                return self.ask("/")[0] == 200
            except OSError:
                return False
        self.wait_for(answers, "an answer after the others have gone")

    # ---- what it shows ----

    def test_events_come_while_it_trains(self):
        self.preview(*ENDLESS)
        viewer = Viewer(self, self.port)
        states = [viewer.next() for _ in range(4)]
        iterations = [state["iteration"] for state in states]
        self.assertEqual(iterations, sorted(set(iterations)))
        for state in states:
            self.assertEqual(state["n_iterations"], 2 * 10 ** 9)
            self.assertNotIn("end", state)
            self.check_picture(state["state"])
            self.check_picture(state["curve"])
        self.assertGreater(states[-1]["error"], 0)
        self.assertGreater(states[-1]["samples"], states[0]["samples"])

    def test_it_ends_with_its_training_after_a_last_update(self):
        process = self.preview("--wait", *SOME)
        viewers = [Viewer(self, self.port), Viewer(self, self.port, "dark"),
                   Viewer(self, self.port)]
        for viewer in viewers:
            last = viewer.all()[-1]
            self.assertEqual(last["iteration"], 1000)
            self.assertEqual(last["end"], "The training has ended after 1000 iterations.")
            self.check_picture(last["state"])
        self.assertEqual(self.end(process),
                         ("The training has ended after 1000 iterations.\n", ""))
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", self.port)).close()

    def test_nobody_needs_to_watch(self):
        start = time.monotonic()
        process = self.preview(*SOME)
        self.assertIn("1000 iterations", self.end(process)[0])
        self.assertLess(time.monotonic() - start, 20)

    def test_it_can_wait_for_a_viewer(self):
        process = self.preview("--wait", *SOME)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        self.assertEqual(self.ask("/")[0], 200)  # the page itself does not watch
        self.assertIsNone(process.poll())
        self.assertEqual(Viewer(self, self.port).all()[-1]["iteration"], 1000)
        self.end(process)

    def test_the_last_picture_is_that_of_the_trained_net(self):
        process = self.preview("--wait", "--title", "", *SOME)
        last = Viewer(self, self.port).all()[-1]
        self.end(process)
        self.succeed("chart", "fit", "--title", "", "-o", "fit.svg", *SOME)
        with open(self.path("fit.svg"), "rb") as file:
            self.assertEqual(base64.b64decode(last["state"]), file.read())

    def test_it_looks_as_the_viewers_system_or_as_chosen(self):
        def pictures(*options):
            process = self.preview("--wait", *SOME, *options)
            viewers = [Viewer(self, self.port, look) for look in ("light", "dark", "nonsense")]
            result = [viewer.all()[-1]["state"] for viewer in viewers]
            self.end(process)
            return result
        light, dark, other = pictures()
        self.assertNotEqual(light, dark)
        self.assertEqual(light, other)
        light, dark, _ = pictures("--theme", "colorblind")
        self.assertEqual(light, dark)

    def test_a_viewer_that_does_not_read_holds_nobody_up(self):
        process = self.preview("--wait", "--epochs", "20000")
        slow = socket.create_connection(("127.0.0.1", self.port))
        self.addCleanup(slow.close)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        last = Viewer(self, self.port).all()[-1]
        self.assertEqual(last["iteration"], 40000)
        start = time.monotonic()
        self.end(process)
        self.assertLess(time.monotonic() - start, 10)

    def test_viewers_come_and_go(self):
        process = self.preview(*ENDLESS)

        def watches():
            """Those who have just gone may still be counted."""
            try:
                viewer = Viewer(self, self.port)
            except (ConnectionError, http.client.HTTPException):
                return False
            viewer.connection.close()
            viewer.response.close()
            return True
        for _ in range(3 * MOST_CONNECTIONS):
            self.wait_for(watches, "a connection")
        self.wait_for(watches, "a connection")
        process.send_signal(signal.SIGINT)
        self.end(process, INTERRUPTED)

    # ---- other endings ----

    def test_ctrl_c_ends_it(self):
        process = self.preview(*ENDLESS)
        viewer = Viewer(self, self.port)
        viewer.next()
        process.send_signal(signal.SIGINT)
        self.assertEqual(viewer.all()[-1]["end"], "The training was interrupted.")
        stdout, stderr = self.end(process, INTERRUPTED)
        self.assertEqual(stdout, "")
        self.check_message(stderr, ["interrupted"])

    def test_ctrl_c_ends_waiting(self):
        process = self.preview("--wait", *ENDLESS)
        process.send_signal(signal.SIGTERM)
        self.end(process, INTERRUPTED)

    def test_divergence_is_shown_and_reported(self):
        process = self.preview("--wait", "--learning-rate", "1e30", *SOME)
        last = Viewer(self, self.port).all()[-1]
        self.assertRegex(last["end"], r"\AThe training has failed: training diverged: .*iteration")
        stdout, stderr = self.end(process, WORK)
        self.assertEqual(stdout, "")
        self.check_message(stderr, ["diverged"])

    # ---- plans, and wrong use ----

    def test_a_run_of_a_plan_is_trained(self):
        for run, iterations in (("neuron", 4000), ("full-batch", 2000)):
            process = self.preview("first-steps", "--wait", "--run", run)
            page = self.ask("/")[2].decode()
            self.assertIn(f"<h1>first-steps: {run}</h1>", page)
            self.assertEqual(Viewer(self, self.port).all()[-1]["iteration"], iterations)
            self.end(process)

    def test_names_are_escaped(self):
        self.make("<b>&.yaml", b'runs:\n  "one": {train: {epochs: 1000000000}}\nartifacts:\n'
                               b"  a.mp4: {run: one}\n")
        self.preview("<b>&.yaml")
        page = self.ask("/")[2]
        self.assertIn(b"<h1>&lt;b&gt;&amp;.yaml: one</h1>", page)
        self.assertNotIn(b"<b>", page)

    def test_the_port_can_be_chosen(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.fail_with(WORK, "preview", "--port", str(port), *ENDLESS, says=[f"port {port}"])
        process = self.preview("--port", str(port), *ENDLESS)
        self.assertEqual(self.port, port)
        process.terminate()
        self.end(process, INTERRUPTED)

    def test_wrong_use_is_refused(self):
        for arguments, says in (
                (("--port", "65536"), "65535"), (("--port", "-1"), "65535"), (("--port", "x"), "x"),
                (("--run", "neuron"), "--run"), (("--set", "runs.*.train.epochs=1"), "--set"),
                (("--scene", "error"), "error"), (("--scene", "fit+weights"), "fit+weights"),
                (("--scene", "nothing"), "nothing"), (("first-steps", "--run", "neron"), "neuron"),
                (("first-steps",), "--run"), (("--patience", "0"), "--patience"),
                (("first-steps", "second"), "second"), (("--model", "2:relu,2"), "2 outputs")):
            self.fail_with(USAGE, "preview", *arguments, says=[says])

    def test_nothing_is_written(self):
        process = self.preview("--wait", *SOME)
        Viewer(self, self.port).all()
        self.end(process)
        self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
