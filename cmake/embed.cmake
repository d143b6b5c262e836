# Texts that the program carries, put into source files of the rooms that hand them out.

# `folder`'s *.yaml, by name, as what FUNCTION of ROOM answers; HEADER declares it.
function(embed_texts room header function folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.yaml)
  set(body "#include \"${room}/${header}.h\"\n\n#include <array>\n\nnamespace yinuo::${room} {\nnamespace {\n\nconstexpr std::pair<std::string_view, std::string_view> kTexts[] = {\n")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND body "    {\"${name}\", R\"yaml(${text})yaml\"},\n")
  endforeach()
  string(APPEND body "};\n\n}  // namespace\n\nstd::span<const std::pair<std::string_view, std::string_view>> ${function}() { return kTexts; }\n\n}  // namespace yinuo::${room}\n")
  set(made ${CMAKE_BINARY_DIR}/${function}.cc)
  file(CONFIGURE OUTPUT ${made} CONTENT "${body}" @ONLY)
  target_sources(${room} PRIVATE ${made})
endfunction()

# The peers' promises, and those that every company may take over.
embed_texts(wire profiles_data profile_texts ${CMAKE_SOURCE_DIR}/data/profiles)
embed_texts(server house_promises house_promise_texts ${CMAKE_SOURCE_DIR}/examples/house)

# The API's description: its parts joined, as JSON, in a source file of the room `server`.
file(GLOB openapi_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/server/openapi/*.yaml)
add_executable(openapi_json ${CMAKE_SOURCE_DIR}/cmake/openapi_json.cc)
target_link_libraries(openapi_json PRIVATE PkgConfig::YAMLCPP)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/openapi.cc
                   COMMAND openapi_json ${CMAKE_BINARY_DIR}/openapi.cc ${openapi_parts}
                   DEPENDS openapi_json ${openapi_parts})
target_sources(server PRIVATE ${CMAKE_BINARY_DIR}/openapi.cc)

include(${CMAKE_CURRENT_LIST_DIR}/web.cmake)
