"""What set-up provided runs: the browser opens a page, the broker accepts a connection."""

import socket
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.places import MICROPYTHON_32, MICROPYTHON_64, MOSQUITTO


def test_the_browser_runs_a_page_and_draws_the_letters_of_our_languages(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<button onclick=\"this.textContent='Şuşa, Қазақстан'\">?</button>")
    page.click("button")
    assert page.inner_text("button") == "Şuşa, Қазақстан"
    assert page.locator("button").bounding_box() is not None


def test_the_broker_listens_where_it_is_told(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = tmp_path / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    broker = subprocess.Popen([MOSQUITTO / "mosquitto", "-c", configuration])
    try:
        for _attempt in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        else:
            pytest.fail("mosquitto did not listen within 5 s")
    finally:
        broker.terminate()
        broker.wait(timeout=5)


@pytest.mark.parametrize("folder", [MICROPYTHON_64, MICROPYTHON_32], ids=["64-bit", "32-bit"])
def test_micropython_holds_a_flash_file_system(folder: Path) -> None:
    unavailable = folder / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    program = "import vfs; print(vfs.VfsLfs2)"
    said = subprocess.run([folder / "micropython", "-c", program], capture_output=True, check=True)
    assert b"VfsLfs2" in said.stdout
