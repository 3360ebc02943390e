package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/p2p/enode"
)

// identities dial in turn, so that none comes back before it was missed.
const identities = 64

// spare is how many identities there are for each that dials at the same time: the other side takes
// a moment to notice that one has left.
const spare = 8

// request is one line of standard input. Which fields count depends on Cmd.
type request struct {
	ID      int    `json:"id"`
	Cmd     string `json:"cmd"`
	Address string `json:"address"`
	Count   int    `json:"count"`
	AtOnce  int    `json:"atOnce"`
	Size    int    `json:"size"`
	PauseMs int    `json:"pauseMs"`
	// Message is the message to send, in base64: the same that the other contestants send.
	Message string `json:"message"`
}

type timed struct {
	Seconds float64 `json:"seconds"`
}

type roundTrips struct {
	timed
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// side is everything that this process has open.
type side struct {
	mu      sync.Mutex
	dialers []*dialer
	turn    int
	links   []*link
}

func newSide() *side { return &side{} }

func (s *side) handle(req request) (any, error) {
	switch req.Cmd {
	case "listen":
		return s.listen()
	case "usage":
		return usage()
	case "connect":
		return nil, s.connect(req)
	case "disconnect":
		for _, l := range s.links {
			l.close()
		}
		s.links = nil
		return nil, nil
	case "handshakes":
		return s.handshakes(req)
	case "oneWay":
		return s.oneWay(req)
	case "roundTrips":
		return s.roundTrips(req)
	}
	return nil, fmt.Errorf("no command %q here", req.Cmd)
}

func (s *side) listen() (any, error) {
	server, err := startServer("127.0.0.1:0", func(_ *p2p.Peer, rw p2p.MsgReadWriter) error {
		return respond(rw)
	})
	if err != nil {
		return nil, err
	}
	return server.Self().URLv4(), nil
}

// prepare makes the identities ahead of time, so that a measurement doesn't pay for them.
func (s *side) prepare(count int) error {
	for len(s.dialers) < count {
		d, err := newDialer()
		if err != nil {
			return err
		}
		s.dialers = append(s.dialers, d)
	}
	return nil
}

func (s *side) dial(target *enode.Node) (*link, error) {
	s.mu.Lock()
	d := s.dialers[s.turn%len(s.dialers)]
	s.turn++
	s.mu.Unlock()
	return d.dial(target)
}

func (s *side) connect(req request) error {
	if err := s.prepare(len(s.links) + req.Count); err != nil {
		return err
	}
	target, err := enode.ParseV4(req.Address)
	if err != nil {
		return err
	}
	return inParallel(req.Count, req.AtOnce, func() error {
		l, err := s.dial(target)
		if err == nil {
			s.mu.Lock()
			s.links = append(s.links, l)
			s.mu.Unlock()
		}
		return err
	})
}

func (s *side) handshakes(req request) (any, error) {
	if err := s.prepare(max(identities, spare*req.AtOnce)); err != nil {
		return nil, err
	}
	target, err := enode.ParseV4(req.Address)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	err = inParallel(req.Count, req.AtOnce, func() error {
		l, err := s.dial(target)
		if err == nil {
			l.close()
		}
		return err
	})
	return timed{time.Since(started).Seconds()}, err
}

func (s *side) oneWay(req request) (any, error) {
	message, err := base64.StdEncoding.DecodeString(req.Message)
	if err != nil {
		return nil, err
	}
	rw := s.links[0].rw
	started := time.Now()
	h := header{modeCount, uint32(len(message)), uint32(req.Count)}
	if err := write(rw, h.encode()); err != nil {
		return nil, err
	}
	for range req.Count {
		if err := write(rw, message); err != nil {
			return nil, err
		}
	}
	_, err = read(rw)
	return timed{time.Since(started).Seconds()}, err
}

func (s *side) roundTrips(req request) (any, error) {
	rw := s.links[0].rw
	message := make([]byte, req.Size)
	times := make([]float64, 0, req.Count)
	started := time.Now()
	h := header{modeEcho, uint32(req.Size), uint32(req.Count)}
	if err := write(rw, h.encode()); err != nil {
		return nil, err
	}
	for range req.Count {
		begun := time.Now()
		if err := write(rw, message); err != nil {
			return nil, err
		}
		if _, err := read(rw); err != nil {
			return nil, err
		}
		times = append(times, time.Since(begun).Seconds()*1000)
		time.Sleep(time.Duration(req.PauseMs) * time.Millisecond)
	}
	seconds := time.Since(started).Seconds()
	slices.Sort(times)
	at := func(share float64) float64 { return times[int(share*float64(len(times)-1))] }
	return roundTrips{timed{seconds}, at(0.5), at(0.99)}, nil
}

// usage is the memory after a collection, and the CPU time so far.
func usage() (any, error) {
	debug.FreeOSMemory()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return nil, err
	}
	// Linux only; elsewhere the row has no go-ethereum.
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return nil, err
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	cpu := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	return map[string]any{
		"rssBytes": pages * os.Getpagesize(),
		"cpuMs":    cpu.Seconds() * 1000,
	}, err
}

// inParallel runs task count times, up to atOnce at the same time, until one fails.
func inParallel(count, atOnce int, task func() error) error {
	tokens := make(chan struct{}, count)
	for range count {
		tokens <- struct{}{}
	}
	close(tokens)
	errs := make(chan error, atOnce)
	for range atOnce {
		go func() {
			for range tokens {
				if err := task(); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	var first error
	for range atOnce {
		if err := <-errs; first == nil {
			first = err
		}
	}
	return first
}
