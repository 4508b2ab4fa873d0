"""The dashboard's process after a visit to every page: small, and without torch."""

import psutil

from tests.browser.conftest import PAGES

MEMORY_LIMIT_MB = 1500


def test_the_process_stays_small_and_without_torch(visit, server):
    view = visit()
    for name in PAGES:
        view.open("" if name == PAGES[0] else name)
    process = psutil.Process(server.process.pid)
    assert process.memory_info().rss / 2**20 < MEMORY_LIMIT_MB
    assert not [region.path for region in process.memory_maps() if "libtorch" in region.path]
