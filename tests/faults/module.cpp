// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE faults
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <qcs/core/torch.hpp>

/// The tests fork: nothing may start a thread in this process before.
struct OneThread {
  OneThread() { torch::set_num_threads(1); }
};
BOOST_TEST_GLOBAL_FIXTURE(OneThread);

/// A shell starts what it runs in the background with some signals ignored, and a run leaves those ignored.
struct DefaultSignals {
  DefaultSignals() {
    for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2, SIGXCPU})
      std::signal(signal, SIG_DFL);
  }
};
BOOST_TEST_GLOBAL_FIXTURE(DefaultSignals);
