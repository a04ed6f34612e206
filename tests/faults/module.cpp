// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE faults
#include <boost/test/unit_test.hpp>
#include <qcs/core/torch.hpp>

/// The tests fork: nothing may start a thread in this process before.
struct OneThread {
  OneThread() { torch::set_num_threads(1); }
};
BOOST_TEST_GLOBAL_FIXTURE(OneThread);
