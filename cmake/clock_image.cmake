# The image that live programs read their clocks through (harness/live/clock/image), linked by hand:
# it is not part of any program, must not have relocations and takes no sanitizer.
set(image_folder ${CMAKE_SOURCE_DIR}/harness/live/clock/image)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/clock)

# faultrig_clock_image(OUTPUT COMPILER MAP [flag...]): for the machine that the compiler is for.
function(faultrig_clock_image output compiler map)
  add_custom_command(OUTPUT ${output}
    COMMAND ${compiler} -std=c++20 -O2 -Wall -Wextra -I${CMAKE_SOURCE_DIR} -fPIC -ffreestanding
            -fno-builtin -fno-exceptions -fno-rtti -fwrapv -fvisibility=hidden -fno-stack-protector
            -mgeneral-regs-only ${ARGN} -MD -MF ${output}.d -MT ${output}
            -c -o ${output}.o ${image_folder}/image.cpp
    COMMAND ${compiler} -shared -nostdlib
            -Wl,-Bsymbolic,-z,defs,-z,text,-z,norelro,--hash-style=both,--build-id=none
            -Wl,-soname,linux-vdso.so.1,-T,${image_folder}/image.lds
            -Wl,--version-script,${image_folder}/${map} -o ${output} ${output}.o
    DEPENDS ${image_folder}/image.cpp ${image_folder}/image.lds ${image_folder}/${map}
    DEPFILE ${output}.d COMMENT "Linking the clock image" VERBATIM)
endfunction()

if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  # Embedded in the library as bytes.
  set(image ${CMAKE_BINARY_DIR}/clock/image.so)
  set(image_bytes ${CMAKE_BINARY_DIR}/clock/image_bytes.cpp)
  faultrig_clock_image(${image} ${CMAKE_CXX_COMPILER} x86_64.map -fcf-protection=none)
  add_custom_command(OUTPUT ${image_bytes}
    COMMAND ${CMAKE_COMMAND} -D FILE=${image} -D NAME=clock_image_bytes -D OUTPUT=${image_bytes}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${image} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(faultrig_live PRIVATE ${image_bytes})
  target_compile_definitions(faultrig_live PRIVATE FAULTRIG_CLOCK_IMAGE)
endif()
