# cmake -D FILE=... -D NAME=... -D OUTPUT=... -P embed.cmake: a source file that holds the bytes of
# FILE as faultrig::live::NAME and their number as NAME_size.
file(READ ${FILE} bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "#include <cstddef>
namespace faultrig::live {
extern const unsigned char ${NAME}[];
extern const std::size_t ${NAME}_size;
const unsigned char ${NAME}[] = {
${bytes}};
const std::size_t ${NAME}_size = sizeof ${NAME};
}  // namespace faultrig::live
")
