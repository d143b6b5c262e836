# Puts the peers' promises of data/profiles into a source file of the room `wire`.

file(GLOB profiles CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/data/profiles/*.yaml)
set(body "#include \"wire/profiles_data.h\"\n\n#include <array>\n\nnamespace yinuo::wire {\nnamespace {\n\nconstexpr std::pair<std::string_view, std::string_view> kProfiles[] = {\n")
foreach(profile IN LISTS profiles)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${profile})
  get_filename_component(name ${profile} NAME_WE)
  file(READ ${profile} text)
  string(APPEND body "    {\"${name}\", R\"yaml(${text})yaml\"},\n")
endforeach()
string(APPEND body "};\n\n}  // namespace\n\nstd::span<const std::pair<std::string_view, std::string_view>> profile_texts() { return kProfiles; }\n\n}  // namespace yinuo::wire\n")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/profiles_data.cc CONTENT "${body}" @ONLY)
target_sources(wire PRIVATE ${CMAKE_BINARY_DIR}/profiles_data.cc)

# The API's description: its parts joined, as JSON, in a source file of the room `server`.
file(GLOB openapi_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/server/openapi/*.yaml)
add_executable(openapi_json ${CMAKE_SOURCE_DIR}/cmake/openapi_json.cc)
target_link_libraries(openapi_json PRIVATE PkgConfig::YAMLCPP)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/openapi.cc
                   COMMAND openapi_json ${CMAKE_BINARY_DIR}/openapi.cc ${openapi_parts}
                   DEPENDS openapi_json ${openapi_parts})
target_sources(server PRIVATE ${CMAKE_BINARY_DIR}/openapi.cc)

# Promises that every company may take over, in a source file of the room `server`.
file(GLOB house_promises CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/examples/house/*.yaml)
set(body "#include \"server/house_promises.h\"\n\nnamespace yinuo::server {\nnamespace {\n\nconstexpr std::pair<std::string_view, std::string_view> kTexts[] = {\n")
foreach(promise IN LISTS house_promises)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${promise})
  get_filename_component(name ${promise} NAME_WE)
  file(READ ${promise} text)
  string(APPEND body "    {\"${name}\", R\"yaml(${text})yaml\"},\n")
endforeach()
string(APPEND body "};\n\n}  // namespace\n\nstd::span<const std::pair<std::string_view, std::string_view>> house_promise_texts() { return kTexts; }\n\n}  // namespace yinuo::server\n")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/house_promises_data.cc CONTENT "${body}" @ONLY)
target_sources(server PRIVATE ${CMAKE_BINARY_DIR}/house_promises_data.cc)
