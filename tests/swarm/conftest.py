import pytest

pytest.register_assert_rewrite("tests.kill.day", "tests.swarm.herd")
