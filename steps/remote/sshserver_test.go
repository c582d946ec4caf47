package remote

import (
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/ssh"
)

// sshServer is a real SSH server on a port of this computer, which runs
// commands with this computer's own sh.
type sshServer struct {
	target   Target
	listener net.Listener
	config   *ssh.ServerConfig
	logins   atomic.Int32 // tries to log in, of any kind
	cutAfter atomic.Int64 // bytes of answers until the next connection is cut; 0 is never
	// takes is how many bytes of standard input come until enough is called, which cuts the
	// connections if it is nil; 0 is all. took are those that came to commands.
	takes, took atomic.Int64
	enough      atomic.Pointer[func()]
	running     sync.WaitGroup
	// startup is what the login shell does before any command, as a .bashrc does.
	startup string

	mu    sync.Mutex
	conns []net.Conn
	// most is how many sessions a connection may have at a time; 0 for any number.
	most int32
}

func newKey(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func newServer(t *testing.T) *sshServer {
	t.Helper()
	host, login := newKey(t), newKey(t)
	s := &sshServer{}
	s.config = &ssh.ServerConfig{PublicKeyCallback: func(conn ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		s.logins.Add(1)
		if conn.User() == "root" && string(key.Marshal()) == string(login.PublicKey().Marshal()) {
			return nil, nil
		}
		return nil, io.EOF
	}}
	s.config.AddHostKey(host)
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	address, port, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s.target = Target{Address: address, User: "root", HostKeys: []ssh.PublicKey{host.PublicKey()}, Signers: []ssh.Signer{login}}
	if s.target.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	s.running.Go(s.accept)
	t.Cleanup(func() {
		s.listener.Close()
		s.cut()
		s.running.Wait()
	})
	return s
}

func (s *sshServer) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns = append(s.conns, conn)
		s.mu.Unlock()
		s.running.Go(func() { s.serve(conn) })
	}
}

// cut ends every connection at once, as a network does.
func (s *sshServer) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Close()
	}
	s.conns = nil
}

func (s *sshServer) serve(raw net.Conn) {
	defer raw.Close()
	conn, channels, requests, err := ssh.NewServerConn(raw, s.config)
	if err != nil {
		return
	}
	defer conn.Close()
	var sessions sync.WaitGroup
	defer sessions.Wait()
	sessions.Go(func() { ssh.DiscardRequests(requests) })
	var open atomic.Int32
	for request := range channels {
		if s.most > 0 && open.Load() >= s.most { // as sshd does beyond its MaxSessions
			request.Reject(ssh.ConnectionFailed, "open failed") //nolint:errcheck // the connection may be cut
			continue
		}
		channel, requests, err := request.Accept()
		if err != nil {
			return
		}
		open.Add(1)
		sessions.Go(func() {
			defer open.Add(-1)
			s.session(channel, requests)
		})
	}
}

func (s *sshServer) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for request := range requests {
		if request.Type != "exec" {
			request.Reply(false, nil) //nolint:errcheck // the connection may be cut
			continue
		}
		var command struct{ Line string }
		if err := ssh.Unmarshal(request.Payload, &command); err != nil {
			return
		}
		request.Reply(true, nil) //nolint:errcheck // the connection may be cut
		cmd := exec.Command("sh", "-c", s.startup+"\n"+command.Line)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = &taker{s, channel}, &cutter{s, channel}, channel.Stderr()
		cmd.Run() //nolint:errcheck // the status tells
		status := struct{ Status uint32 }{uint32(max(cmd.ProcessState.ExitCode(), 0))}
		channel.SendRequest("exit-status", false, ssh.Marshal(status)) //nolint:errcheck // the connection may be cut
		return
	}
}

// cutter cuts the server's connections when enough was written.
type cutter struct {
	server *sshServer
	to     io.Writer
}

func (c *cutter) Write(data []byte) (int, error) {
	if left := c.server.cutAfter.Load(); left > 0 {
		if left = c.server.cutAfter.Add(-int64(len(data))); left <= 0 {
			c.server.cutAfter.Store(0)
			c.server.cut()
			return 0, io.ErrClosedPipe
		}
	}
	return c.to.Write(data)
}

// taker tells the server when enough came on standard input.
type taker struct {
	server *sshServer
	from   io.Reader
}

func (r *taker) Read(data []byte) (int, error) {
	n, err := r.from.Read(data)
	r.server.took.Add(int64(n))
	if left := r.server.takes.Load(); left > 0 {
		if left = r.server.takes.Add(-int64(n)); left <= 0 {
			r.server.takes.Store(0)
			if enough := r.server.enough.Swap(nil); enough != nil {
				(*enough)()
			} else {
				r.server.cut()
			}
		}
	}
	return n, err
}
