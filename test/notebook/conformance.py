"""
The kernel against Jupyter's own end of the protocol: the tests of jupyter_kernel_test (Debian: python3-jupyter-kernel-test), each
message validated against its schema, and what that suite leaves out. Needs the kernelspec clr-lab on JUPYTER_PATH.
"""

import json
import sys
import time
import unittest

import jupyter_kernel_test
from jupyter_client.manager import start_new_kernel
from jupyter_client.session import Session

TIMEOUT = 60


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = "clr-lab"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [{"text": "'abc'.toUpperCas", "matches": {"toUpperCase"}}, {"text": "process.uptim", "matches": {"uptime"}}]
    complete_code_samples = ["1", "const a: number = 1;", "function f() {\n  return 1;\n}", "for (const x of [1]) {\n  console.log(x);\n}"]
    incomplete_code_samples = ["function f() {", "[1, 2", "`text"]
    code_generate_error = "throw new Error('expected')"
    code_execute_result = [{"code": "1 + 2 + 3", "result": "6"}, {"code": "'text'", "result": "text"}, {"code": "await Promise.resolve([1, 2])", "result": "[ 1, 2 ]"}]
    code_display_data = [
        {"code": "import { display } from 'tslab';\ndisplay.html('<b>1</b>');", "mime": "text/html"},
        {"code": "import { display } from 'tslab';\ndisplay.raw('application/vnd.clr-lab.result+json', { a: 1 } as never);", "mime": "application/vnd.clr-lab.result+json"},
    ]
    code_inspect_sample = "Math.max"


class Beyond(unittest.TestCase):
    """Floods, interrupts, restarts and strangers, with a kernel to each test."""

    def setUp(self):
        self.km, self.kc = start_new_kernel(kernel_name="clr-lab", startup_timeout=TIMEOUT)

    def tearDown(self):
        self.kc.stop_channels()
        self.km.shutdown_kernel(now=True)

    def run_cell(self, code, told=None):
        """Runs a cell to its end: its reply, and all that it printed. `told` is called with each text as it comes."""
        text = []

        def hear(message):
            if message["msg_type"] == "stream":
                text.append(message["content"]["text"])
                if told:
                    told(message["content"]["text"])

        reply = self.kc.execute_interactive(code, timeout=TIMEOUT, output_hook=hear, allow_stdin=False)
        return reply["content"], "".join(text)

    def test_ten_thousand_lines_in_order(self):
        reply, text = self.run_cell("for (let i = 0; i < 10_000; i++) console.log(i);")
        self.assertEqual(reply["status"], "ok")
        self.assertEqual(text.split("\n"), [str(i) for i in range(10_000)] + [""])

    def test_ten_megabytes(self):
        reply, text = self.run_cell("for (let i = 0; i < 100; i++) process.stdout.write(String(i % 10).repeat(100_000));")
        self.assertEqual(reply["status"], "ok")
        self.assertEqual(text, "".join(str(i % 10) * 100_000 for i in range(100)))

    def test_a_late_throw_and_a_rejection_are_said_and_survived(self):
        self.run_cell("setTimeout(() => { throw new Error('late') }, 20); setTimeout(() => void Promise.reject(new Error('later')), 30);")
        text = ""
        while "Error: later\n" not in text:  # whichever cell they belong to
            message = self.kc.get_iopub_msg(timeout=TIMEOUT)
            text += message["content"].get("text", "")
        self.assertIn("Error: late\n", text)
        self.assertEqual(self.run_cell("1")[0]["status"], "ok")
        reply, _ = self.run_cell("await Promise.reject(new RangeError('eta is -1'))")
        self.assertEqual((reply["status"], reply["ename"], reply["evalue"]), ("error", "RangeError", "eta is -1"))

    def interrupted_within(self, code):
        """Seconds from the interrupt, sent when the cell first printed, to the reply."""
        sent = []

        def interrupt(_):
            if not sent:
                sent.append(time.monotonic())
                self.km.interrupt_kernel()

        reply, _ = self.run_cell(code, told=interrupt)
        self.assertEqual((reply["status"], reply["ename"]), ("error", "Interrupted"))
        seconds = time.monotonic() - sent[0]
        self.assertEqual(self.run_cell("1")[0]["status"], "ok")
        return seconds

    def test_interrupt_in_an_awaiting_loop_within_a_second(self):
        seconds = self.interrupted_within("while (true) { console.log('.'); await new Promise((done) => setTimeout(done, 10)); }")
        self.assertLess(seconds, 1)

    def test_interrupt_in_training_within_a_second(self):
        code = """import { constant, fullyConnected, openDataset, split, train } from 'clr-lab';
            const parts = split(await openDataset(), { train: ['batch 1'], validation: ['batch 2'] });
            const run = train(fullyConnected({ layers: [3072, 200, 10] }), parts, { schedule: constant({ eta: 0.01 }), epochs: 10_000 });
            for await (const { update } of run) console.log(update);"""
        self.assertLess(self.interrupted_within(code), 1)
        self.assertEqual(self.run_cell("console.log(run.history.length > 0)")[1], "true\n")

    def test_restart_leaves_no_process(self):
        _, text = self.run_cell("import { spawn } from 'node:child_process';\nsetInterval(() => {}, 1000);\nprocess.pid")
        before = self.pid()
        self.km.restart_kernel(now=False)
        self.kc.wait_for_ready(timeout=TIMEOUT)
        after = self.pid()
        self.assertNotEqual(before, after)
        self.assertFalse(alive(before))
        self.km.shutdown_kernel()
        self.assertFalse(alive(after))

    def pid(self):
        return int(self.run_cell("console.log(process.pid)")[1])

    def test_a_bad_signature_is_refused(self):
        stranger = Session(key=b"another key")
        stranger.send(self.kc.shell_channel.socket, "execute_request", {"code": "globalThis.broken = 1", "silent": False})
        _, text = self.run_cell("console.log((globalThis as { broken?: number }).broken)")
        self.assertEqual(text, "undefined\n")


def alive(pid):
    """Whether a process runs; one that ended and was not waited for yet does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    result = unittest.main(verbosity=2, exit=False).result
    skipped = {test.id().split(" ")[0].split(".")[-1] for test, _ in result.skipped}
    print(json.dumps({"run": result.testsRun, "skipped": sorted(skipped)}))
    sys.exit(not result.wasSuccessful())
