// Command geth-peer is go-ethereum's p2p.Server behind a pipe: commands come in as JSON lines on
// standard input, events go out as JSON lines on standard output.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

const gethModule = "github.com/ethereum/go-ethereum"

func main() {
	command := "run"
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	var err error
	switch command {
	case "run":
		err = runControl(os.Stdin, os.Stdout)
	case "transcript":
		err = writeTranscript(os.Stdout)
	case "version":
		fmt.Printf("go-ethereum %s, %s\n", gethVersion(), runtime.Version())
	default:
		err = fmt.Errorf("unknown command %q: run, transcript or version", command)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "geth-peer:", err)
		os.Exit(1)
	}
}

// gethVersion is the version of the go-ethereum module that was linked in.
func gethVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, dep := range info.Deps {
		if dep.Path == gethModule {
			return dep.Version
		}
	}
	return "unknown"
}
