// SPDX-License-Identifier: MIT
#pragma once

namespace qcs::detail {

#if defined(__x86_64__) && defined(__GNUC__)

template <class Loop, class... Values>
[[gnu::target("avx2")]] void run_with_avx2(const Loop& loop, Values... values) {
  loop(values...);
}

/// Runs a loop that is compiled twice, for every x86-64 processor and for those with AVX2, and picks when it runs.
/// `loop` is a lambda with the attribute always_inline, and what it calls is inlined too. It takes its values as
/// arguments: captured ones lie in memory that a store through a byte pointer may change for all the compiler knows,
/// which ends vectorising. AVX2 alone has no fused multiply-add: results are equal.
template <class Loop, class... Values>
void vectorised(const Loop& loop, Values... values) {
  static const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  if (avx2)
    run_with_avx2(loop, values...);
  else
    loop(values...);
}

#else

template <class Loop, class... Values>
void vectorised(const Loop& loop, Values... values) {
  loop(values...);
}

#endif

/// A product that no compiler may fuse with the addition that follows, which would round once instead of twice.
inline __attribute__((always_inline)) float unfused(float product) {
#if defined(__has_builtin) && !defined(__clang__)
#if __has_builtin(__builtin_assoc_barrier)
  return __builtin_assoc_barrier(product);
#endif
#endif
  return product;
}

}  // namespace qcs::detail
