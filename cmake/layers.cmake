# faultrig_layer(NAME FOLDER [EXCLUDE folder...] [DEPENDS target...])
# The static library faultrig_NAME of every .cpp below FOLDER; headers are found from the root.
function(faultrig_layer name folder)
  cmake_parse_arguments(PARSE_ARGV 2 layer "" "" "EXCLUDE;DEPENDS")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  foreach(excluded IN LISTS layer_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_SOURCE_DIR}/${excluded}(/|$)")
  endforeach()
  add_library(faultrig_${name} STATIC ${sources})
  set_target_properties(faultrig_${name} PROPERTIES LINKER_LANGUAGE CXX EXPORT_NAME ${name})
  target_include_directories(faultrig_${name} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/faultrig>)
  target_link_libraries(faultrig_${name} PUBLIC ${layer_DEPENDS})
endfunction()

# faultrig_program(NAME MAIN [STATIC] [DEPENDS target...]): an installed executable with one main file.
# STATIC: needs nothing of the machine it runs on, as in an empty container or on a remote host.
# Sanitizers cannot be linked so.
function(faultrig_program name main)
  cmake_parse_arguments(PARSE_ARGV 2 program "STATIC" "" "DEPENDS")
  add_executable(${name} ${CMAKE_SOURCE_DIR}/${main})
  target_link_libraries(${name} PRIVATE ${program_DEPENDS})
  if(program_STATIC AND NOT FAULTRIG_SANITIZER)
    target_link_options(${name} PRIVATE -static)
  endif()
  install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
