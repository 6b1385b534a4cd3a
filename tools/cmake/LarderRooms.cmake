# One function per thing the tree is made of. Sources are found by folder: adding a file needs no
# edit here.

# larder_room(<room> [LINK <target>...]): the static library larder_<room> from core/<room>/*.cc.
function(larder_room room)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/${room}/*.cc)
  if(sources)
    add_library(larder_${room} STATIC ${sources})
    target_include_directories(larder_${room} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(larder_${room} PUBLIC larder::sdk ${arg_LINK})
  else()
    add_library(larder_${room} INTERFACE)
    target_include_directories(larder_${room} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(larder_${room} INTERFACE larder::sdk ${arg_LINK})
  endif()
endfunction()

# larder_tree_plugin(<kind> <name> [LINK <target>...]): plugins/<kind>-<name>. All sources but
# plugin.cc are a static library first, so that unit tests in its tests/ folder can use the parts.
function(larder_tree_plugin kind name)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/plugins/${kind}-${name})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  list(REMOVE_ITEM sources ${folder}/plugin.cc)
  set(parts larder_${kind}_${name})
  add_library(${parts} STATIC ${sources})
  target_include_directories(${parts} PUBLIC ${folder} ${CMAKE_SOURCE_DIR}/plugins/common)
  target_link_libraries(${parts} PUBLIC larder::sdk ${arg_LINK})
  set_target_properties(${parts} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  larder_add_plugin(${kind} ${name} SOURCES ${folder}/plugin.cc LINK ${parts} ${arg_LINK})
  add_dependencies(product ${kind}-${name})
  set_target_properties(${kind}-${name} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/larder/plugins)
  if(LARDER_TESTS)
    file(GLOB tests CONFIGURE_DEPENDS ${folder}/tests/*.cc)
    if(tests)
      larder_unit_tests(${kind}-${name} SOURCES ${tests} LINK ${parts})
    endif()
  endif()
endfunction()

# larder_unit_tests(<name> SOURCES <file>... [LINK <target>...]): the program unit_<name> and its
# ctest entry with the label "unit".
function(larder_unit_tests name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(unit_${name} ${arg_SOURCES})
  target_compile_options(unit_${name} PRIVATE ${LARDER_TEST_OPTIONS})
  target_link_libraries(unit_${name} PRIVATE ${arg_LINK} larder_fakes larder_test_support)
  add_test(NAME unit_${name} COMMAND unit_${name})
  set_tests_properties(unit_${name} PROPERTIES LABELS unit TIMEOUT 300 SKIP_RETURN_CODE 77
    ENVIRONMENT TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp)
endfunction()
