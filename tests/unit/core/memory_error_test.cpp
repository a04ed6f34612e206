// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/core/memory_error.hpp>
#include <stdexcept>

using namespace qcs;

namespace {

std::string asked_for(const std::exception& error) {
  const auto request = memory_request(error);
  return request ? request->text() : "no request";
}

}  // namespace

BOOST_AUTO_TEST_CASE(messages_of_libraries_tell_how_much_was_asked_for) {
  BOOST_TEST(asked_for(std::runtime_error("[enforce fail at alloc_cpu.cpp:66] . DefaultCPUAllocator: can't allocate "
                                          "memory: you tried to allocate 102760448 bytes. Error code 12")) == "98 MiB");
  BOOST_TEST(asked_for(std::runtime_error("CUDA out of memory. Tried to allocate 20.50 MiB (GPU 0; 8.00 GiB total")) ==
             "21 MiB");
  BOOST_TEST(asked_for(std::runtime_error("CUDA out of memory. Tried to allocate 2.00 GiB.")) == "2048 MiB");
  BOOST_TEST(asked_for(std::runtime_error("OpenCV(4.6.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to "
                                          "allocate 150528 bytes in function 'OutOfMemoryError'")) == "150528 bytes");
  BOOST_TEST(asked_for(std::runtime_error("CUDA error: out of memory")) == "more memory");
}

BOOST_AUTO_TEST_CASE(other_signs_of_short_memory) {
  BOOST_TEST(asked_for(std::bad_alloc()) == "more memory");
  BOOST_TEST(asked_for(std::system_error(EAGAIN, std::generic_category())) == "more memory");  // a thread
  BOOST_TEST(asked_for(MemoryError("x", std::uint64_t{3} << 20)) == "3 MiB");
  BOOST_TEST(asked_for(MemoryError("x")) == "more memory");
}

BOOST_AUTO_TEST_CASE(other_exceptions_are_no_requests) {
  BOOST_TEST(asked_for(std::runtime_error("the list is empty")) == "no request");
  BOOST_TEST(asked_for(std::system_error(ENOENT, std::generic_category())) == "no request");
  BOOST_TEST(asked_for(DataError("faces.txt: cannot be read")) == "no request");
}
