#include "cli/commands.hpp"

int main(int argc, char** argv) { return faultrig::run_command_line(argc, argv); }
