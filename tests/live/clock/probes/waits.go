// As waits.cpp, in Go, whose own waits are all relative: the calls of the kernel, made from the small
// stacks of goroutines, between all that its runtime does with signals.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const absolute = 1

func sleepUntil(until time.Time) syscall.Errno {
	wanted := syscall.NsecToTimespec(until.UnixNano())
	for {
		_, _, failed := syscall.Syscall6(syscall.SYS_CLOCK_NANOSLEEP, 0, absolute,
			uintptr(unsafe.Pointer(&wanted)), 0, 0, 0)
		// Its runtime interrupts its threads.
		if failed != syscall.EINTR {
			return failed
		}
	}
}

func check(name string, until time.Time, failed syscall.Errno) {
	if failed != 0 {
		fmt.Println(name, "gave", failed)
	} else if early := until.Round(0).Sub(time.Now().Round(0)); early > 0 {
		fmt.Println(name, "ended", early, "early")
	} else {
		fmt.Println(name, "ok")
	}
}

// Some way down a stack, so that it may be at its end anywhere.
func atDepth(depth int, until time.Time) syscall.Errno {
	if depth == 0 {
		return sleepUntil(until)
	}
	var room [48]byte
	room[depth%48] = byte(depth)
	failed := atDepth(depth-1, until)
	runtime.KeepAlive(room)
	return failed
}

func main() {
	milliseconds, _ := strconv.Atoi(os.Args[1])
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1, syscall.SIGSYS)
	until := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	check("nanosleep", until, sleepUntil(until))

	until = time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	var group sync.WaitGroup
	results := make([]syscall.Errno, 64)
	for i := range results {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			results[i] = atDepth(i, until)
		}(i)
	}
	group.Wait()
	var failed syscall.Errno
	for _, result := range results {
		if result != 0 {
			failed = result
		}
	}
	check("goroutines", until, failed)

	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	<-asked
	fmt.Println("signal ok")
	for i := 0; i < 5; i++ {
		if err := exec.Command("/bin/true").Run(); err != nil {
			fmt.Println("child", err)
		}
	}
	time.Sleep(10 * time.Millisecond)
	runtime.GC()
	fmt.Println("end")
}
