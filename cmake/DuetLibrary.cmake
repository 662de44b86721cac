# duet_add_library(NAME DEPENDS rooms... [LINK libraries...])
#   One static library per room src/NAME, of all its .cpp files. DEPENDS is the architecture: the rooms whose headers this
#   one may include. tests/style checks every include against what is recorded here. SEPARATE: its files repeat each other's
#   local names, so the release build may not join them (it does elsewhere: three times faster).
function(duet_add_library NAME)
  cmake_parse_arguments(ARG "SEPARATE" "" "DEPENDS;LINK" ${ARGN})
  file(GLOB SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${NAME}/*.cpp)
  add_library(duet_${NAME} STATIC ${SOURCES})
  duet_compile_options(duet_${NAME})
  if(ARG_SEPARATE)
    set_target_properties(duet_${NAME} PROPERTIES UNITY_BUILD OFF)
  endif()
  list(TRANSFORM ARG_DEPENDS PREPEND duet_ OUTPUT_VARIABLE LIBRARIES)
  target_link_libraries(duet_${NAME} PUBLIC ${LIBRARIES} ${ARG_LINK})
  list(JOIN ARG_DEPENDS " " ROOMS_BELOW)
  string(REPLACE "duet_" "" ROOMS_BELOW "${ROOMS_BELOW}")
  set_property(GLOBAL APPEND_STRING PROPERTY DUET_ROOMS "${NAME} ${ROOMS_BELOW}|")
endfunction()

function(duet_compile_options TARGET)
  target_include_directories(${TARGET} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  # -Wno-restrict, -Wno-stringop-overflow: g++ 12 raises false alarms for "x" + to_string(i). Designated initialisers may leave members at their defaults.
  target_compile_options(${TARGET} PRIVATE -Wall -Wextra -Wno-restrict -Wno-stringop-overflow -Wno-missing-field-initializers -Werror=return-type)
endfunction()

# duet_embed(ROOM name=file...)
#   Compiles the files' bytes into the room as `extern const std::string_view name` in namespace duet::ROOM::embedded.
function(duet_embed ROOM)
  string(REGEX REPLACE "[a-z_]+=" "" FILES "${ARGN}")
  set(OUTPUT ${CMAKE_BINARY_DIR}/embedded/${ROOM}.cpp)
  add_custom_command(OUTPUT ${OUTPUT}
    COMMAND ${CMAKE_COMMAND} -D "FILES=${ARGN}" -D ROOM=${ROOM} -D OUTPUT=${OUTPUT} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${FILES} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(duet_${ROOM} PRIVATE ${OUTPUT})
endfunction()
