// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/train/observer.hpp>
#include <qcs/train/observer_base.hpp>

using namespace qcs;

namespace {

struct Constant final {
  int* epochs;
  void on_epoch(const EpochEvent&) const { ++*epochs; }
};

struct ByValue {
  int seen = 0;
  void on_epoch(EpochEvent) { ++seen; }  // NOLINT: a copy does no harm
};

struct Overloaded {
  int steps = 0, others = 0;
  void on_step(const StepEvent&) { ++steps; }
  void on_step(int) { ++others; }
};

struct Templated {
  int steps = 0;
  template <class Event>
  void on_step(const Event&) {
    ++steps;
  }
};

struct Generic {
  int steps = 0;
  void on_step(const auto&) { ++steps; }
};

class Derived : public Observer {
 public:
  int epochs = 0;
  void on_epoch(const EpochEvent&) override { ++epochs; }
};

// What is refused, one fault each.
struct WrongEvent {
  void on_epoch(const StepEvent&) {}
};
struct NotConst {
  void on_epoch(EpochEvent&) {}
};
struct TwoArguments {
  void on_step(const StepEvent&) {}
  void on_epoch(const EpochEvent&, int) {}
};
struct FinalWrong final {
  void on_epoch(int) {}
};
struct OverloadedWrong {
  void on_epoch(int) {}
  void on_epoch(float) {}
};
struct TemplateWrong {
  template <class A, class B>
  void on_epoch(A, B) {}
};
struct NoFunction {
  int on_epoch = 0;
};
class Private {
 public:
  void on_step(const StepEvent&) {}

 private:
  [[maybe_unused]] void on_epoch(const EpochEvent&) {}
};
struct Hookless {
  void on_epochs(const EpochEvent&) {}
};

static_assert(ObserverPolicy<Constant> && ObserverPolicy<const Constant> && ObserverPolicy<ByValue>);
static_assert(ObserverPolicy<Overloaded> && ObserverPolicy<Templated> && ObserverPolicy<Generic>);
static_assert(ObserverPolicy<Observer> && ObserverPolicy<Derived> && !ObserverPolicy<const Derived>);
static_assert(!ObserverRules<WrongEvent>::kEpoch && !ObserverRules<NotConst>::kEpoch);
static_assert(!ObserverRules<TwoArguments>::kEpoch && ObserverRules<TwoArguments>::kStep);
static_assert(!ObserverRules<FinalWrong>::kEpoch && !ObserverRules<OverloadedWrong>::kEpoch);
static_assert(!ObserverRules<TemplateWrong>::kEpoch && !ObserverRules<NoFunction>::kEpoch);
static_assert(!ObserverRules<Private>::kEpoch && ObserverRules<Private>::kStep);
static_assert(!ObserverRules<Hookless>::kHearsSomething && ObserverRules<Hookless>::kHookFits);
static_assert(ObserverRules<WrongEvent>::kHearsSomething, "one fault is told, not two");

}  // namespace

BOOST_AUTO_TEST_SUITE(observers)

BOOST_AUTO_TEST_CASE(each_hook_is_called_for_its_own_event_alone) {
  int epochs = 0;
  const Constant constant{&epochs};
  ByValue by_value;
  Overloaded overloaded;
  Templated templated;
  Generic generic;
  Derived derived;
  const auto tell = [&](const auto& event) {
    notify(event, constant, by_value, overloaded, templated, generic, derived);
  };
  tell(StepEvent{});
  tell(StepEvent{});
  tell(EpochEvent{});
  tell(RunInfo{});
  tell(RunSummary{});
  BOOST_TEST(epochs == 1);
  BOOST_TEST(by_value.seen == 1);
  BOOST_TEST(overloaded.steps == 2);
  BOOST_TEST(overloaded.others == 0);
  BOOST_TEST(templated.steps == 2);
  BOOST_TEST(generic.steps == 2);
  BOOST_TEST(derived.epochs == 1);
}

BOOST_AUTO_TEST_CASE(observers_are_told_through_their_base_too) {
  Derived derived;
  Observer& base = derived;
  notify(EpochEvent{}, base);
  notify(CheckpointEvent{}, base);
  BOOST_TEST(derived.epochs == 1);
}

BOOST_AUTO_TEST_SUITE_END()
