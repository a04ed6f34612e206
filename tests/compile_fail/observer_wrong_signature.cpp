// expect: qcs observer: on_epoch must take const qcs::EpochEvent& and be public
// SPDX-License-Identifier: MIT
#include <qcs/train/observer.hpp>

struct Custom {
  void on_step(const qcs::StepEvent&) {}
#ifdef QCS_TWIN
  void on_epoch(const qcs::EpochEvent&) {}
#else
  void on_epoch(qcs::EpochEvent&) {}
#endif
};

void tell(Custom& observer) { qcs::notify(qcs::StepEvent{}, observer); }
