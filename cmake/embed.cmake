# cmake -D "FILES=name=path;..." -D ROOM=room -D OUTPUT=out.cpp -P embed.cmake: see duet_embed.
set(TEXT "#include <string_view>\n\nnamespace duet::${ROOM}::embedded {\n")
foreach(PAIR IN LISTS FILES)
  string(REGEX MATCH "^([a-z_]+)=(.*)$" _ "${PAIR}")
  set(NAME ${CMAKE_MATCH_1})
  file(READ "${CMAKE_MATCH_2}" BYTES HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," BYTES "${BYTES}")
  string(APPEND TEXT "static const unsigned char ${NAME}_bytes[] = {${BYTES}0};\n"
    "extern const std::string_view ${NAME};\n"
    "const std::string_view ${NAME}(reinterpret_cast<const char*>(${NAME}_bytes), sizeof ${NAME}_bytes - 1);\n")
endforeach()
string(APPEND TEXT "}  // namespace duet::${ROOM}::embedded\n")
file(WRITE "${OUTPUT}" "${TEXT}")
