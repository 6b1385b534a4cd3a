# Compiler and linker settings for everything in the tree; nothing here reaches a third party.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Werror)
# GCC 12 sees overlapping copies in std::string's operator+ when it optimises (GCC bug 105651).
add_compile_options($<$<NOT:$<CONFIG:Debug>>:-Wno-restrict>)
add_compile_definitions(BOOST_DLL_USE_STD_FS)

# Tests are compiled once and run briefly: optimising them costs more than it saves.
set(LARDER_TEST_OPTIONS $<$<CONFIG:Release>:-O0>)

if(LARDER_SANITIZE)
  # Instrumented code confuses GCC's analysis of initialisation (std::regex, std::optional).
  add_compile_options(-Wno-maybe-uninitialized)
  add_compile_options(-fsanitize=${LARDER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LARDER_SANITIZE})
endif()

find_program(LARDER_CCACHE ccache)
if(LARDER_CCACHE)
  # Paths are cached relative to the tree, so another clone or build folder finds the same objects.
  set(larder_launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${LARDER_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${larder_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${larder_launcher})
endif()
find_program(LARDER_MOLD mold)
if(LARDER_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
