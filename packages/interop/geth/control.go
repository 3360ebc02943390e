package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/ethereum/go-ethereum/p2p"
)

// request is one line of standard input. Which fields count depends on Cmd.
type request struct {
	ID        int            `json:"id"`
	Cmd       string         `json:"cmd"`
	Node      string         `json:"node"`
	Key       string         `json:"key"`
	Name      string         `json:"name"`
	MaxPeers  int            `json:"maxPeers"`
	NoDial    bool           `json:"noDial"`
	Protocols []protocolSpec `json:"protocols"`
	Trusted   []string       `json:"trusted"`
	Restrict  string         `json:"netRestrict"`
	Enode     string         `json:"enode"`
	Peer      string         `json:"peer"`
	Protocol  string         `json:"protocol"`
	Reason    uint8          `json:"reason"`
	Code      uint64         `json:"code"`
	Size      int            `json:"size"`
	Kind      string         `json:"kind"`
	Seed      uint32         `json:"seed"`

	Record    string            `json:"record"`
	Seq       uint64            `json:"seq"`
	IPs       []string          `json:"ips"`
	Ports     map[string]uint16 `json:"ports"`
	WebSocket *webSocket        `json:"webSocket"`
}

// fields is one line of standard output.
type fields map[string]any

// lineWriter writes whole lines, from any goroutine.
type lineWriter struct {
	mu      sync.Mutex
	encoder *json.Encoder
}

func (w *lineWriter) write(line fields) {
	w.mu.Lock()
	defer w.mu.Unlock()
	// A reader that went away has closed our input too, which ends the program.
	_ = w.encoder.Encode(line)
}

// control runs the nodes that the other side of the pipe asks for.
type control struct {
	out   *lineWriter
	mu    sync.Mutex
	nodes map[string]*node
}

// runControl answers each request with a `result` line that has its id, and ends when the input does.
func runControl(in io.Reader, out io.Writer) error {
	c := &control{out: &lineWriter{encoder: json.NewEncoder(out)}, nodes: map[string]*node{}}
	c.out.write(fields{
		"event":    "hello",
		"program":  "go-ethereum " + gethVersion(),
		"platform": runtime.Version(),
	})
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var req request
		if err := json.Unmarshal(lines.Bytes(), &req); err != nil {
			return fmt.Errorf("bad request line: %w", err)
		}
		// Each on its own: a dial or a large message may take a while.
		go c.answer(req)
	}
	return lines.Err()
}

func (c *control) answer(req request) {
	result, err := c.handle(req)
	if result == nil {
		result = fields{}
	}
	result["event"], result["id"] = "result", req.ID
	if err != nil {
		result["error"] = err.Error()
		var reason p2p.DiscReason
		if errors.As(err, &reason) {
			result["reason"] = reason
		}
	}
	c.out.write(result)
}

func (c *control) handle(req request) (fields, error) {
	switch req.Cmd {
	case "start":
		return c.start(req)
	case "readRecord":
		return readRecord(req.Record)
	case "makeRecord":
		return makeRecord(req)
	}
	c.mu.Lock()
	n := c.nodes[req.Node]
	c.mu.Unlock()
	if n == nil {
		return nil, fmt.Errorf("no node %q", req.Node)
	}
	switch req.Cmd {
	case "stop":
		c.mu.Lock()
		delete(c.nodes, req.Node)
		c.mu.Unlock()
		n.stop()
		return nil, nil
	case "dial":
		return nil, n.dial(req.Enode)
	case "addPeer":
		return nil, n.addPeer(req.Enode)
	case "removePeer":
		return nil, n.removePeer(req.Enode)
	case "disconnect":
		return nil, n.disconnect(req.Peer, req.Reason)
	case "send":
		return n.send(req)
	case "finish":
		return nil, n.finish(req)
	case "peers":
		return fields{"peers": n.server.PeersInfo()}, nil
	}
	return nil, fmt.Errorf("unknown command %q", req.Cmd)
}

func (c *control) start(req request) (fields, error) {
	n, err := startNode(req, c.out)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.nodes[req.Node] != nil {
		n.stop()
		return nil, errors.New("a node of that name is running")
	}
	c.nodes[req.Node] = n
	self := n.server.Self()
	return fields{"enode": self.URLv4(), "enr": self.String(), "peer": self.ID().String()}, nil
}
