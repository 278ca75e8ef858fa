// What Go's runtime asks of a kernel: many threads, timers, preemption by signals, epoll, exec.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func sum(n int) (total int64) {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			time.Sleep(time.Millisecond)
			atomic.AddInt64(&total, int64(i))
		}(i)
	}
	wg.Wait()
	return
}

func pipes() int64 {
	r, w, _ := os.Pipe()
	go func() {
		for i := 0; i < 100; i++ {
			w.Write(bytes.Repeat([]byte("x"), 10000))
		}
		w.Close()
	}()
	n, _ := io.Copy(io.Discard, r)
	return n
}

func preempted() bool {
	done := make(chan bool)
	for i := 0; i < runtime.GOMAXPROCS(0)+1; i++ {
		go func() {
			for {
			}
		}()
	}
	go func() { time.Sleep(50 * time.Millisecond); runtime.GC(); done <- true }()
	return <-done
}

func main() {
	fmt.Println(sum(5000), pipes())
	out, err := exec.Command("sh", "-c", "cat; exit 3").Output()
	fmt.Println(string(out), err)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	fmt.Println(exec.CommandContext(ctx, "sleep", "10").Run())
	cancel()
	var wg sync.WaitGroup
	var ok int32
	for i := 0; i < 20; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if exec.Command("true").Run() == nil {
				atomic.AddInt32(&ok, 1)
			}
		}()
	}
	wg.Wait()
	fmt.Println(ok)
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-ch)
	files := 0
	filepath.Walk("/usr/include/linux", func(string, os.FileInfo, error) error { files++; return nil })
	fmt.Println(files)
	os.WriteFile("f", make([]byte, 1<<20), 0o644)
	info, err := os.Stat("f")
	fmt.Println(info.Size(), info.Mode(), err)
	tick, n := time.NewTicker(5*time.Millisecond), 0
	for range tick.C {
		if n++; n == 10 {
			break
		}
	}
	fmt.Println(n, preempted())
}
