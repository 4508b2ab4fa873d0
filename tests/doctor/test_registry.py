"""One file and one line per check, words for each on screen, in both registries."""

import pkgutil

from recsys.doctor import checks, events
from recsys.doctor.checks import CHECKS
from recsys.doctor.events import EVENT_CHECKS
from ui.doctor_words import _SAYINGS
from ui.doctor_words import CHECKS as NAMED


def test_every_file_is_a_registered_check():
    files = {module.name for module in pkgutil.iter_modules(checks.__path__)}
    assert files == set(CHECKS) == {check.find.__module__.rpartition(".")[2] for check in CHECKS.values()}
    files = {module.name for module in pkgutil.iter_modules(events.__path__)} - {"contract"}
    assert files == set(EVENT_CHECKS)


def test_every_check_has_its_words():
    assert set(NAMED) == set(CHECKS) == set(_SAYINGS)
