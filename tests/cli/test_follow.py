"""Drawing a recording while it is written: the same as afterwards, whatever becomes of its writer."""
import http.client
import json
import os
import signal
import threading
import time
import unittest

from support import DONE, INPUT, INTERRUPTED, USAGE, CliTest, read

NET = ("--data", "sine", "--model", "30:tanh,1")
ENDLESS = (*NET, "--epochs", "1000000000")
STATES = 40  # about as many frames


class RecordingTest(CliTest):
    @classmethod
    def setUpClass(cls):
        """Finds out how many iterations take about two seconds, which is long enough to be interrupted."""
        super().setUpClass()
        if not hasattr(RecordingTest, "some"):
            test = cls()
            test.setUp()
            try:
                start = time.process_time() + sum(os.times()[2:4])
                test.succeed("record", "-q", "-o", "run.h5", *NET, "--epochs", "500")
                seconds = time.process_time() + sum(os.times()[2:4]) - start
            finally:
                test.doCleanups()
            epochs = min(max(round(1000 / seconds), 500), 200000)
            RecordingTest.n_iterations = 2 * epochs
            RecordingTest.some = (*NET, "--epochs", str(epochs))
            RecordingTest.every = ("--every", str(2 * epochs // STATES))


class FollowTest(RecordingTest):
    def record(self, *options):
        """Starts a training that is recorded, and stops it once the recording is there."""
        writer = self.start("record", "-q", "-o", "run.h5", *(options or self.some))
        self.wait_for(lambda: os.path.exists(self.path("run.h5")), "the recording")
        writer.send_signal(signal.SIGSTOP)
        return writer

    def start_following(self, *options):
        return self.start("render", "--follow", "run.h5", "--progress", "json", "--name",
                          "followed", *self.every, *options)

    def follow(self, *options):
        """Starts to follow it; returns when all of it is read that is there, with how much that is."""
        follower = self.start_following(*options)
        seen = []
        for line in follower.stderr:
            self.assertTrue(line.startswith(b"{"), line)
            seen.append(json.loads(line)["iterations"])
            if len(seen) > 2 and seen[-1] == seen[-2] > 0:
                return follower, seen[-1]
        self.fail(f"it has ended: {seen}")
        return None

    def check_followed(self, follower, *options):
        stderr = follower.communicate(timeout=100)[1].decode()
        self.assertEqual(follower.returncode, DONE, stderr)
        self.succeed("render", "run.h5", "-q", "--progress", "none", "--name", "afterwards", *self.every,
                     *options)
        for ending in (".mp4", "_start.png"):
            self.assertEqual(read(self.path("out", f"followed{ending}")),
                             read(self.path("out", f"afterwards{ending}")), (ending, options))
        return [line for line in stderr.splitlines() if not line.startswith("{")]

    def test_it_is_the_same_as_afterwards(self):
        writer = self.record()
        follower, seen = self.follow()
        writer.send_signal(signal.SIGCONT)
        self.assertEqual(self.check_followed(follower), [])
        self.assertEqual(writer.wait(60), DONE)
        report = json.loads(self.succeed("render", "run.h5", "--json", "--progress", "none", *self.every))
        self.assertEqual(report["iterations"], self.n_iterations)
        self.assertLess(seen, self.n_iterations)

    def test_what_shows_the_whole_run_waits_for_its_end(self):
        for options in (("--scene", "fit+error", "--size", "800x300"),
                        ("--pace", "log", "--frames", "30"), ("--pace", "adaptive", "--frames", "30")):
            writer = self.record()
            follower = self.start_following(*options)
            time.sleep(0.5)  # nothing shows that it waits
            self.assertIsNone(follower.poll())
            writer.send_signal(signal.SIGCONT)
            self.assertEqual(self.check_followed(follower, *options), [])
            self.assertEqual(writer.wait(60), DONE)
            os.unlink(self.path("run.h5"))

    def test_a_killed_writer_is_noticed(self):
        writer = self.record()
        follower, seen = self.follow("--patience", "3")
        self.assertGreater(seen, 0)
        writer.kill()
        self.assertEqual(self.check_followed(follower), [
            "trainreel render: run.h5: nothing was added for 3 s; its writer is taken to be gone"])

    def test_quiet_says_nothing_of_it(self):
        writer = self.record()
        writer.kill()
        writer.wait(60)
        self.succeed("render", "--follow", "run.h5", "--patience", "0.2", "-q", *self.every)

    def test_the_writer_may_come_a_little_later(self):
        follower = self.start("render", "--follow", "run.h5", "--progress", "none", "--name",
                              "followed", *self.every)
        time.sleep(0.3)
        self.succeed("record", "-q", "-o", "run.h5", "--epochs", "1000")
        self.assertEqual(self.check_followed(follower), [])

    def test_no_writer_at_all_is_an_error(self):
        start = time.monotonic()
        self.fail_with(INPUT, "render", "--follow", "run.h5", says=["run.h5"])
        self.assertGreater(time.monotonic() - start, 4)
        self.assertEqual(self.names(), [])

    def test_ctrl_c_leaves_nothing(self):
        for options in ((), ("--scene", "error")):
            writer = self.record()
            follower = self.start_following(*options)
            self.assertTrue(follower.stderr.readline().startswith(b"{"))
            follower.send_signal(signal.SIGINT)
            stderr = follower.communicate(timeout=60)[1].decode().splitlines()
            self.assertEqual(follower.returncode, INTERRUPTED)
            self.check_message(stderr[-1] + "\n", ["interrupted"])
            self.assertEqual(self.names("out") if os.path.isdir(self.path("out")) else [], [])
            writer.kill()
            writer.wait(60)
            os.unlink(self.path("run.h5"))

    def test_what_will_be_no_recording_is_not_waited_for(self):
        self.make("junk.h5", b"something else")
        start = time.monotonic()
        for command in (("render", "--follow"), ("preview",)):
            self.fail_with(INPUT, *command, "junk.h5", says=["junk.h5: is not an HDF5 file"])
        self.assertLess(time.monotonic() - start, 4)

    def test_wrong_use_is_refused(self):
        self.succeed("record", "-q", "-o", "run.h5", "--epochs", "1")
        for arguments, says in ((("--follow",), "--follow"),
                                (("--follow", "run.h5", "--patience", "0"), "--patience"),
                                (("--follow", "run.h5", "--patience", "-1"), "--patience"),
                                (("--follow", "run.h5", "--patience", "inf"), "--patience"),
                                (("--follow", "run.h5", "--patience", "nan"), "--patience"),
                                (("run.h5", "--patience", "5"), "without --follow"),
                                (("--follow", "run.h5", "--patience", "x"), "patience")):
            self.fail_with(USAGE, "render", *arguments, says=[says])


class PreviewOfRecordingTest(RecordingTest):
    def record(self, *options):
        writer = self.start("record", "-q", "-o", "run.h5", *(options or self.some))
        self.wait_for(lambda: os.path.exists(self.path("run.h5")), "the recording")
        return writer

    def preview(self, *options, alone_for=None):
        """Starts a preview that waits for a viewer, who comes after `alone_for` seconds without --wait;
        returns it and the events, read by a thread."""
        waits = ("--wait",) if alone_for is None else ()
        process = self.start("preview", "run.h5", *waits, *options)
        port = int(process.stdout.readline().decode().rstrip("/\n").split(":")[-1])
        time.sleep(alone_for or 0)
        self.assertIsNone(process.poll())
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/events")
        response = connection.getresponse()
        events = []

        def view():
            for line in response:
                if line.startswith(b"data: "):
                    events.append(json.loads(line[len("data: "):]))
        thread = threading.Thread(target=view)
        thread.start()
        self.addCleanup(thread.join)
        return process, events, thread

    def end(self, process, exit_code=DONE):
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, exit_code, stderr)
        return stdout.decode()

    def test_it_is_shown_as_it_grows(self):
        writer = self.record()
        writer.send_signal(signal.SIGSTOP)  # until somebody looks
        process, events, thread = self.preview()
        self.wait_for(lambda: events, "the first event")
        writer.send_signal(signal.SIGCONT)
        self.assertEqual(writer.wait(60), DONE)
        thread.join(60)
        iterations = [event["iteration"] for event in events]
        self.assertEqual(iterations, sorted(iterations))
        self.assertEqual(iterations[-1], self.n_iterations)
        self.assertGreater(len(set(iterations)), 2)
        self.assertEqual(events[-1]["end"], f"The recording has ended after {self.n_iterations} iterations.")
        self.assertEqual(events[-1]["n_iterations"], 0)  # not known while it grows
        self.assertEqual(self.end(process), events[-1]["end"] + "\n")

    def test_one_that_has_ended_is_shown_when_somebody_comes(self):
        self.succeed("record", "-q", "-o", "run.h5", "--epochs", "10")
        before = read(self.path("run.h5"))
        process, events, thread = self.preview(alone_for=0.5)
        thread.join(60)
        self.assertEqual(events[-1]["iteration"], 20)
        self.end(process)
        self.assertEqual(read(self.path("run.h5")), before)

    def test_a_killed_writer_is_noticed(self):
        writer = self.record(*ENDLESS)
        writer.kill()
        writer.wait(60)
        process, events, thread = self.preview("--patience", "0.5")
        thread.join(60)
        self.assertRegex(events[-1]["end"], r"\ANothing was added to the recording for 0\.5 seconds")
        self.end(process)

    def test_ctrl_c_ends_it(self):
        self.record(*ENDLESS)
        process, events, thread = self.preview()
        self.wait_for(lambda: events, "an event")
        process.send_signal(signal.SIGINT)
        thread.join(60)
        self.assertEqual(events[-1]["end"], "The preview was interrupted.")
        self.end(process, INTERRUPTED)

    def test_what_is_no_recording_is_refused(self):
        self.make("other.h5", b"not HDF5")
        self.fail_with(INPUT, "preview", "other.h5", says=["other.h5"])
        self.make("other", b"\x89HDF\r\n\x1a\nand nothing else")
        self.fail_with(INPUT, "preview", "other", says=["other"])
        self.succeed("record", "-q", "-o", "run.h5", "--epochs", "1")
        for arguments, says in ((("--epochs", "5"), "--epochs"), (("--run", "a"), "--run"),
                                (("--set", "a=b"), "--set")):
            self.fail_with(USAGE, "preview", "run.h5", *arguments, says=[says])


if __name__ == "__main__":
    unittest.main()
