// expect: qcs experiment: the training tuples are of another topology than the network
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/experiment/loaders.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>

struct Backbone {};

struct Network {
  struct ContainedType {
#ifdef QCS_TWIN
    using TopologyType = qcs::Dual;
#else
    using TopologyType = qcs::Quadruplet;
#endif
    using BackboneType = Backbone;
  };
};

qcs::TupleDataset<qcs::Dual> tuples(const qcs::ImageSource& images) {
  return qcs::training_tuples_of<Network, qcs::TupleDataset<qcs::Dual>>(images, {});
}
