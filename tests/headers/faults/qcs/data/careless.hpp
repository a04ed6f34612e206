// SPDX-License-Identifier: MIT
namespace qcs {
inline std::map<int, std::no_such_thing> nothing;
inline int number() { return errno + ::getpid(); }
}  // namespace qcs
