// A target's manifest (target.toml): how to run one node of a system under test, and what the
// system promises. The same for bundled systems and for anybody's.
//
//   name = "raft_kv"   summary = "..."   workloads = ["register"]   promises = ["linearizable"]
//   [node]    command = ["{bin}/raft_kv", "--node", "{node}", ...]   port = 7000
//             environment = { KEY = "value" }
//   [ready]   tcp = true   (the node's port accepts)
//   [roles]   leader = "raft.become_leader"   (trace event after which its node is leader; the
//             highest `term` wins)
//   [progress] unit = "election_max_ms", within = 20   (with a majority healed a client is served
//             within so many times that option)
//   [convergence] unit, within   (once everything is healed the nodes agree within so many times)
//   [docker]  image = "redis:7", or dockerfile = "Dockerfile" (beside this file; its folder is the
//             build context), or neither: an empty image with the program, linked statically;
//             command = [...] (in containers of such an image instead of node.command)
//   [[bugs]]  name summary breaks shows source teaches
//   [options] NAME = default      (passed where the command says {NAME})
//
// Placeholders in command and environment: {bin} folder of faultrig's programs, {manifest} folder
// of this file, {node}, {nodes} comma-separated names, {address} and {port} of this node,
// {peers} comma-separated NAME=ADDRESS:PORT of all nodes, {data} its private folder, {trace} the
// file for trace lines, {seed}, {bugs} comma-separated planted bugs on this node, {workload} what
// clients do.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/options.hpp"

namespace faultrig {

struct PlantedBug {
  std::string name;     // "raft-double-vote"
  std::string summary;  // what the code does wrong, one sentence
  std::string breaks;   // the guarantee: "election safety"
  std::string shows;    // the anomaly in which it comes to light; may be empty
  std::string source;   // paper or thread
  std::string teaches;  // the right rule and why, for whoever ran into the same; may be empty
};

// Something happens within `within` times the option `unit`, which is in milliseconds; not promised
// when `unit` is empty.
struct TimePromise {
  std::string unit;
  std::int64_t within = 0;
};

// What a node's container is made of; all empty: of the program of the command and nothing else.
struct ContainerRecipe {
  std::string image;                 // that the engine has
  std::string dockerfile;            // relative to the manifest's folder, or absolute
  std::vector<std::string> command;  // instead of the node's; empty: the node's
};

struct TargetManifest {
  std::string file;
  std::string name;
  std::string summary;
  std::vector<std::string> workloads;  // the first is the default
  std::vector<std::string> promises;
  std::vector<std::string> command;  // program and arguments, with placeholders
  std::map<std::string, std::string> environment;
  ContainerRecipe container;
  int port = 7000;
  bool ready_when_port_accepts = true;
  std::string leader_event;  // empty: roles are unknown
  TimePromise progress;      // a client is served, a majority healed
  TimePromise convergence;   // the nodes agree, all healed
  std::vector<PlantedBug> bugs;
  Options options;
};

// Throw UsageError with file, line, column and the nearest known key.
TargetManifest read_manifest(std::string_view toml, const std::string& file);
TargetManifest read_manifest_file(const std::string& path);

// `text` with every {placeholder} replaced, {{ and }} standing for single braces; throws UsageError
// naming a placeholder that is unknown, and for a lone brace.
std::string substitute(std::string_view text, const std::map<std::string, std::string>& values);

}  // namespace faultrig
