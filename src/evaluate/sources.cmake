# Which sources can change the result of which kind of evaluation: `kind: folders`, relative to the project's root, beside the kind's own file. Their hash goes into
# the specification, so that a changed program does not take an old result for its own. Run as a script it writes OUT.
set(DUET_KIND_SOURCES
  "dataset: src/base src/net src/data"
  "pack: src/base src/net src/data"
  "train: src/base src/net src/layer src/fixed src/quant src/data src/train"
  "quantize: src/base src/net src/layer src/fixed src/quant src/data src/train"
  "classes: src/base src/net src/data"
  "zoo: src/base src/net src/layer src/fixed src/quant src/data src/train"
  "score: src/base src/net src/layer src/fixed src/quant src/golden src/data src/train"
  "simulate: src/base src/net src/layer src/fixed src/quant src/golden src/device src/engine src/program src/emit src/board src/simulate src/data rtl"
  "trial: src/base src/net src/layer src/fixed src/quant src/golden src/device src/engine src/program src/emit src/board src/simulate rtl"
  "synth: src/base src/net src/fixed src/device src/engine src/program src/emit src/synth rtl"
  "board: src/base src/net src/layer src/fixed src/quant src/golden src/device src/engine src/program src/emit src/board src/simulate src/data rtl"
  "bitstream: src/base src/net src/fixed src/device src/engine src/program src/emit src/synth rtl"
  "verify: src/base src/net src/layer src/fixed src/quant src/golden src/device src/engine src/program src/estimate src/emit src/board src/simulate src/synth src/verify rtl")

if(CMAKE_SCRIPT_MODE_FILE)
  set(TEXT "// Made by src/evaluate/sources.cmake.\n#pragma once\nnamespace duet::evaluate {\n")
  string(APPEND TEXT "struct KindSources {\n  const char *kind, *hash;\n};\ninline constexpr KindSources kKindSources[] = {\n")
  foreach(LINE IN LISTS DUET_KIND_SOURCES)
    string(REGEX MATCH "^[a-z]+" KIND "${LINE}")
    string(REGEX REPLACE "^[a-z]+: " "" FOLDERS "${LINE}")
    separate_arguments(FOLDERS)
    set(ALL "")
    foreach(FILE src/evaluate/kind_${KIND}.cpp src/evaluate/simulated.cpp)
      file(SHA256 ${ROOT}/${FILE} HASH)
      string(APPEND ALL "${FILE} ${HASH}\n")
    endforeach()
    foreach(FOLDER IN LISTS FOLDERS)
      if(NOT IS_DIRECTORY ${ROOT}/${FOLDER})
        message(FATAL_ERROR "${KIND}: there is no folder ${FOLDER}")
      endif()
      file(GLOB_RECURSE FILES RELATIVE ${ROOT} ${ROOT}/${FOLDER}/*.cpp ${ROOT}/${FOLDER}/*.h ${ROOT}/${FOLDER}/*.sv
           ${ROOT}/${FOLDER}/*.v ${ROOT}/${FOLDER}/*.f ${ROOT}/${FOLDER}/*.lpf ${ROOT}/${FOLDER}/*.pcf ${ROOT}/${FOLDER}/*.toml)
      list(SORT FILES)
      foreach(FILE IN LISTS FILES)
        file(SHA256 ${ROOT}/${FILE} HASH)
        string(APPEND ALL "${FILE} ${HASH}\n")
      endforeach()
    endforeach()
    string(SHA256 HASH "${ALL}")
    string(APPEND TEXT "    {\"${KIND}\", \"${HASH}\"},\n")
  endforeach()
  string(APPEND TEXT "};\n}  // namespace duet::evaluate\n")
  file(WRITE ${OUT}.new "${TEXT}")
  configure_file(${OUT}.new ${OUT} COPYONLY)
endif()
