// Splits loops of the engine's kernels over a few threads that live as long as the process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace mmgeo {

class Parallel {
 public:
  static Parallel& Get() {
    // Never destroyed: its threads may still wait when the process ends.
    static Parallel* instance = new Parallel();
    return *instance;
  }

  void SetThreads(int threads) {
    std::lock_guard<std::mutex> guard(mutex_);
    for (; started_ < threads - 1; ++started_) std::thread([this, index = started_ + 1] { Work(index); }).detach();
  }

  int threads() const { return started_ + 1; }

  // Calls body(begin, end, part) for `threads()` consecutive parts of [0, count), or one part if count is less than
  // `minimum`. A second caller at the same time runs in its own thread, over the same parts: what a part sums up must not
  // depend on what else happens to run.
  void For(int64_t count, int64_t minimum, const std::function<void(int64_t, int64_t, int)>& body) {
    std::unique_lock<std::mutex> busy(busy_, std::try_to_lock);
    const int parts = threads();
    if (parts == 1 || count < minimum) {
      body(0, count, 0);
      return;
    }
    if (!busy.owns_lock()) {
      for (int part = 0; part < parts; ++part) Run(body, count, part, parts);
      return;
    }
    {
      std::lock_guard<std::mutex> guard(mutex_);
      body_ = &body;
      count_ = count;
      remaining_ = parts - 1;
      ++generation_;
    }
    wake_.notify_all();
    Run(body, count, 0, parts);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return remaining_ == 0; });
  }

 private:
  static void Run(const std::function<void(int64_t, int64_t, int)>& body, int64_t count, int part, int parts) {
    const int64_t begin = count * part / parts;
    const int64_t end = count * (part + 1) / parts;
    if (begin < end) body(begin, end, part);
  }

  void Work(int part) {
    uint64_t seen = 1;
    for (;;) {
      const std::function<void(int64_t, int64_t, int)>* body;
      int64_t count;
      int parts;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return generation_ != seen; });
        seen = generation_;
        body = body_;
        count = count_;
        parts = threads();
      }
      Run(*body, count, part, parts);
      std::lock_guard<std::mutex> guard(mutex_);
      if (--remaining_ == 0) done_.notify_one();
    }
  }

  std::mutex busy_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  const std::function<void(int64_t, int64_t, int)>* body_ = nullptr;
  int64_t count_ = 0;
  int remaining_ = 0;
  int started_ = 0;
  uint64_t generation_ = 1;
};

}  // namespace mmgeo
