"""A client in a cell that hears nothing is ended and says where it waits; one that only takes its time is not."""

import random
import re
import threading
import time

import pytest
from copies import PROJECT
from handlers import SAVE, handler
from kernel import Kernel, text

LIMIT = 4.0  # seconds until the learner knows
LOAD = "%load_ext tutorial\n%lesson 5\nimport asyncio\nfrom websockets import connect"
MUTE = handler(work="continue")
DEAF = MUTE.replace('"websocket.accept"', '"websocket.acept"').replace("await send", "pass  #")

# Clients that hear nothing: the line that waits, which the sentence quotes, is marked.
SILENT = {
    "recv": """\
async def main():
    async with connect(server.url) as ws:
        await ws.send("ping")
        print(await ws.recv())  # here
asyncio.run(main())""",
    "async for": """\
async def main():
    async with connect(server.url) as ws:
        await ws.send("ping")
        async for message in ws:  # here
            print(message)
asyncio.run(main())""",
    "async for in a generator": """\
async def messages(ws):
    while True:
        yield await ws.recv()  # here
async def main():
    async with connect(server.url) as ws:
        async for message in messages(ws):
            print(message)
asyncio.run(main())""",
    "gather": """\
async def main():
    async with connect(server.url) as a, connect(server.url) as b:
        print(await asyncio.gather(a.recv(), b.recv()))  # here
asyncio.run(main())""",
    "create_task": """\
async def main():
    async with connect(server.url) as ws:
        task = asyncio.create_task(ws.recv())
        await ws.send("ping")
        print(await task)  # here
asyncio.run(main())""",
    "TaskGroup": """\
async def main():
    async with connect(server.url) as ws:
        async with asyncio.TaskGroup() as group:  # here
            group.create_task(ws.recv())
asyncio.run(main())""",
    "clients side by side": """\
async def client():
    async with connect(server.url) as ws:
        async for message in ws:
            print(message)
async def main():
    await asyncio.gather(client(), client())  # here
asyncio.run(main())""",
    "a limit that is over": """\
async def main():
    async with connect(server.url) as ws:
        try:
            async with asyncio.timeout(0.2) as limit:
                await ws.recv()
        except TimeoutError:
            timer = asyncio.get_running_loop().call_later(0.2, int)
        print(await ws.recv())  # here
asyncio.run(main())""",
}
RECEIVES = """\
async def main():
    async with connect(server.url) as ws:
        print("connected")
        await ws.send("ping")
        print(await ws.recv())  # here
"""
THREADING = """\
import websockets.sync.client
with websockets.sync.client.connect(server.url) as ws:
    print("connected")
    ws.send("ping")
    print(ws.recv())  # here"""
# The ways to run a client.
RUNS = {
    "asyncio.run": RECEIVES + "asyncio.run(main())",
    "await": RECEIVES + "await main()",
    "a task, then await": RECEIVES + "task = asyncio.create_task(main())\nawait task",
    "run_until_complete": RECEIVES + "asyncio.get_event_loop().run_until_complete(main())",
    "a loop of its own": RECEIVES + "asyncio.new_event_loop().run_until_complete(main())",
    "Runner": RECEIVES + "with asyncio.Runner() as runner:\n    runner.run(main())",
    "the threading client": THREADING,
}
NOT_ACCEPTED = {
    "async with connect": """\
async def main():
    async with connect(server.url) as ws:  # here
        pass
asyncio.run(main())""",
    "await connect": """\
async def main():
    ws = await connect(server.url)  # here
asyncio.run(main())""",
}
# Clients that end by themselves, and what they print.
LIMITED = {
    "timeout": """\
async def main():
    async with connect(server.url) as ws:
        try:
            async with asyncio.timeout(3):
                await ws.recv()
        except TimeoutError:
            print("my own limit")
asyncio.run(main())""",
    "wait_for": """\
async def main():
    async with connect(server.url) as ws:
        try:
            await asyncio.wait_for(ws.recv(), 3)
        except TimeoutError:
            print("my own limit")
asyncio.run(main())""",
    "wait": """\
async def main():
    async with connect(server.url) as ws:
        task = asyncio.create_task(ws.recv())
        await asyncio.wait([task], timeout=3)
        task.cancel()
        print("my own limit")
asyncio.run(main())""",
}
# Clients that never end, and hear something or wait for the clock.
ENDLESS = {
    "pings": """\
async def main():
    async with connect(server.url) as ws:
        while True:
            await ws.send("ping")
            await ws.recv()
            await asyncio.sleep(0)
print("connects")
asyncio.run(main())""",
    "messages that come": """\
async def pings(ws):
    while True:
        await ws.send("ping")
        await asyncio.sleep(0.1)
async def main():
    async with connect(server.url) as ws:
        task = asyncio.create_task(pings(ws))
        async for message in ws:
            pass
print("connects")
asyncio.run(main())""",
    "sleep": """\
async def main():
    async with connect(server.url) as ws:
        await asyncio.sleep(60)
print("connects")
asyncio.run(main())""",
}


@pytest.fixture(scope="module")
def kernel():
    with Kernel(PROJECT) as kernel:
        kernel.run(LOAD)
        yield kernel


def run(kernel: Kernel, client: str) -> tuple[str, float]:
    """Return what a client shows, and the seconds it takes; one that does not end by itself is stopped."""
    stop = threading.Timer(3 * LIMIT, kernel.manager.interrupt_kernel)
    stop.start()
    began = time.monotonic()
    try:
        return kernel.result(kernel.send(client)), time.monotonic() - began
    finally:
        stop.cancel()


def gives_up(kernel: Kernel, client: str) -> None:
    """Expect that a client ends, and that it says where it waited."""
    line = next(number for number, line in enumerate(client.splitlines(), 1) if "# here" in line)
    shown, seconds = run(kernel, client)
    waits = client.splitlines()[line - 1].strip()
    said = rf"^Nothing came for 2 seconds, in line {line} of .*cell.*:\n    {re.escape(waits)}\n"
    assert re.search(said, shown, re.M), shown
    assert "The last event your application received is websocket.receive" in shown or "'ping'" not in shown
    assert seconds < LIMIT
    assert "never retrieved" not in shown
    assert kernel.run("1 + 1") == "2\n"


@pytest.mark.parametrize("form", SILENT)
def test_a_client_that_hears_nothing_gives_up_in_whatever_form_it_waits(kernel, form):
    kernel.run(SAVE + MUTE)
    gives_up(kernel, SILENT[form])


@pytest.mark.parametrize("form", RUNS)
def test_so_does_one_however_it_is_run(kernel, form):
    kernel.run(SAVE + MUTE)
    gives_up(kernel, RUNS[form])


@pytest.mark.parametrize("answers", [MUTE, f"import time\n{handler(work='time.sleep(8)')}"], ids=["mute", "blocked"])
@pytest.mark.parametrize("form", RUNS)
def test_the_stop_button_works_within_a_second_however_a_client_is_run(kernel, form, answers):
    kernel.run(SAVE + answers, "from tutorial import silence; silence.LIMIT = 60")
    try:
        request = kernel.send(RUNS[form])
        kernel.wait_for(request, "connected")
        began = time.monotonic()
        kernel.manager.interrupt_kernel()
        shown = kernel.result(request)
        seconds = time.monotonic() - began
    finally:
        kernel.run("silence.LIMIT = 2.0")
    assert "Stopped, in line" in shown
    assert "ConnectionClosed" not in kernel.run(SAVE + handler(), "import gc; gc.collect()")
    assert seconds < 3, shown  # within 1 on a machine of its own, where a closing handshake would take 10


@pytest.mark.parametrize("form", NOT_ACCEPTED)
def test_so_does_one_that_is_not_accepted(kernel, form):
    kernel.run(SAVE + DEAF)
    gives_up(kernel, NOT_ACCEPTED[form])


@pytest.mark.parametrize("form", LIMITED)
def test_a_client_with_a_limit_of_its_own_keeps_to_that_one(kernel, form):
    kernel.run(SAVE + MUTE)
    shown, seconds = run(kernel, LIMITED[form])
    assert shown.startswith("my own limit\n")
    assert seconds > 3


@pytest.mark.parametrize("form", ENDLESS)
def test_a_client_that_hears_something_or_sleeps_goes_on(kernel, form):
    kernel.run(SAVE + handler())
    request = kernel.send(ENDLESS[form])
    kernel.wait_for(request, "connects")
    time.sleep(LIMIT)  # what must not happen has this long to happen
    kernel.manager.interrupt_kernel()
    assert "Stopped, in line" in kernel.result(request)


def test_the_stop_button_never_breaks_a_connection_in_the_middle_of_its_work(kernel):
    kernel.run(SAVE + handler())
    for _ in range(20):
        request = kernel.send(ENDLESS["pings"])
        kernel.wait_for(request, "connects")
        time.sleep(random.uniform(0.1, 0.3))  # anywhere: most of this client's time is spent in the library's parser
        began = time.monotonic()
        kernel.manager.interrupt_kernel()
        shown = kernel.result(request)
        assert shown.startswith("Stopped, in line"), shown
        assert "Fatal error" not in shown and time.monotonic() - began < 5


FLOOD = """\
async def main():
    async with connect(server.url) as ws:
        for number in range(10 ** 9):
            await ws.send("ping"); number == 2000 and print("floods")
asyncio.run(main())"""


def test_a_client_that_floods_and_never_reads_is_told_so_and_stops_with_the_button(kernel):
    kernel.run(SAVE + handler("x" * 1000))
    request = kernel.send(FLOOD)
    kernel.wait_for(request, "floods")
    began = time.monotonic()
    kernel.manager.interrupt_kernel()
    shown = kernel.result(request)
    assert time.monotonic() - began < 8  # the flood is still on its way when the server is asked
    assert shown.startswith("Stopped, in line 4"), shown
    assert "This client sends and reads nothing, so the answers fill the line." in shown
    assert "Your application" not in shown
    assert "ignored" not in kernel.run("import gc; gc.collect()")


def test_a_server_of_ones_own_in_a_cell_is_named_and_stops_with_the_button(kernel):
    request = kernel.send('import uvicorn\nuvicorn.run("websocket_app.asgi:application", port=0)')
    told = ""
    while "The course runs it: server.start()" not in told or "Uvicorn running" not in told:
        told += " ".join(text(kernel.client.get_iopub_msg(timeout=60)).split())
    began = time.monotonic()
    kernel.manager.interrupt_kernel()
    kernel.result(request)
    assert time.monotonic() - began < 3
    assert kernel.run("1 + 1") == "2\n"


def test_a_client_that_catches_what_ended_it_is_told_all_the_same(kernel):
    kernel.run(SAVE + MUTE)
    shown, _ = run(kernel, f"{RECEIVES}try:\n    asyncio.run(main())\nexcept BaseException:\n    pass")
    assert "Nothing came for 2 seconds, in line 5" in shown
