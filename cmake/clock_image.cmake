# The image that live programs read their clocks through (harness/live/clock/image), linked by hand:
# it is not part of any program, must not have relocations and takes no sanitizer. Embedded as bytes.
set(image_folder ${CMAKE_SOURCE_DIR}/harness/live/clock/image)
set(image ${CMAKE_BINARY_DIR}/clock/image.so)
set(image_bytes ${CMAKE_BINARY_DIR}/clock/image_bytes.cpp)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/clock)
add_custom_command(OUTPUT ${image}
  COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -O2 -Wall -Wextra -I${CMAKE_SOURCE_DIR}
          -fPIC -ffreestanding -fno-builtin -fno-exceptions -fno-rtti -fwrapv -fvisibility=hidden
          -fno-stack-protector -fcf-protection=none -mgeneral-regs-only
          -MD -MF ${image}.d -c -o ${image}.o ${image_folder}/image.cpp
  COMMAND ${CMAKE_CXX_COMPILER} -shared -nostdlib
          -Wl,-Bsymbolic,-z,defs,-z,text,-z,norelro,--hash-style=both,--build-id=none
          -Wl,-soname,linux-vdso.so.1,-T,${image_folder}/image.lds -o ${image} ${image}.o
  DEPENDS ${image_folder}/image.cpp ${image_folder}/image.lds
  DEPFILE ${image}.d COMMENT "Linking the clock image" VERBATIM)
add_custom_command(OUTPUT ${image_bytes}
  COMMAND ${CMAKE_COMMAND} -D FILE=${image} -D NAME=clock_image_bytes -D OUTPUT=${image_bytes}
          -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${image} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_sources(faultrig_live PRIVATE ${image_bytes})
  target_compile_definitions(faultrig_live PRIVATE FAULTRIG_CLOCK_IMAGE)
endif()
