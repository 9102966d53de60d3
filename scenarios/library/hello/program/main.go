// Program hello is the workload of the scenario of the same name: it says hello
// once a second.
//
// It is built outside any module, from this file alone: nothing but the standard
// library may be imported.
package main

import (
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	// As process 1 of a container the program dies of SIGTERM only if it asks to.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			log.Info("hello")
		}
	}
}
