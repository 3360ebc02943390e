// Command geth-side is one side of a measurement on go-ethereum's p2p.Server: commands come in as
// JSON lines on standard input, answers go out as JSON lines on standard output. It ends when its
// input does.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

const gethModule = "github.com/ethereum/go-ethereum"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "version" {
		fmt.Printf("go-ethereum %s, %s\n", gethVersion(), runtime.Version())
		return
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "geth-side:", err)
		os.Exit(1)
	}
}

// serve answers each request with a line that has its id.
func serve() error {
	s := newSide()
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var req request
		if err := json.Unmarshal(lines.Bytes(), &req); err != nil {
			return fmt.Errorf("bad request line: %w", err)
		}
		go func() {
			result, err := s.handle(req)
			line := map[string]any{"id": req.ID, "result": result}
			if err != nil {
				line["error"] = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			// A reader that went away has closed our input too, which ends the program.
			_ = out.Encode(line)
		}()
	}
	return lines.Err()
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
