"""How the tests themselves run."""

import pytest


@pytest.mark.xdist_group("together")
def test_tests_that_share_a_server_run_in_one_worker(request):
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("for --dist loadgroup, as make test runs")
    assert request.node.nodeid.endswith("@together"), "every worker would start its own server"
