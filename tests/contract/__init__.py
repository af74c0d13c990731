import pytest

pytest.register_assert_rewrite("tests.contract.stories", "tests.contract.judges")
