// One delivery on its way: a libcurl handle, what it needs while it runs, and what came of it.
// Private to courier.cc.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

#include "connect/courier.h"
#include "connect/delivery.h"

namespace yinuo::connect {

// "https://hooks.example.com:443" for counting, or nothing if the delivery can't be sent as
// written: no such scheme or method, no host, a line break in a header.
std::optional<std::string> host_of(const Delivery&);

class Transfer {
public:
    // `delivery` has a host_of().
    Transfer(Delivery delivery, Courier::Done done, Reach reach);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* handle() const { return handle_.get(); }
    static Transfer* of(CURL* handle);

    // What it came to, once libcurl is through with it.
    Outcome outcome(CURLcode) const;
    void done(Outcome outcome) { done_(std::move(outcome)); }

private:
    struct FreeHandle {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    struct FreeList {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };

    void set_request();
    void add_header(const std::string& line);
    static curl_socket_t open_socket(void* transfer, curlsocktype, curl_sockaddr* address);
    static std::size_t take_answer(char* bytes, std::size_t one, std::size_t size, void* transfer);

    Delivery delivery_;
    Courier::Done done_;
    Reach reach_;
    std::unique_ptr<curl_slist, FreeList> headers_;
    std::unique_ptr<CURL, FreeHandle> handle_;
    std::string answer_;
    bool forbidden_ = false;
    bool too_long_ = false;
};

}  // namespace yinuo::connect
