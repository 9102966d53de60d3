package kind

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"unicode"

	"sigs.k8s.io/kind/pkg/log"

	"github.com/rehearse-dev/rehearse/clusters"
)

// libraryLog takes what kind's library says: the phase that it enters is a note
// for whoever watches, all of it goes to the log.
type libraryLog struct {
	say   func(level slog.Level, text string)
	debug bool
	note  func(phase string)
}

var (
	_ log.Logger     = libraryLog{}
	_ log.InfoLogger = infoLog{}
)

func (p *Provider) libraryLog(ctx context.Context, cfg clusters.Config) libraryLog {
	logger := p.logger().With("side", cfg.Side, "cluster", cfg.Name)
	return libraryLog{
		say: func(level slog.Level, text string) {
			logger.Log(ctx, level, "kind", "said", strings.TrimSpace(text))
		},
		debug: logger.Enabled(ctx, slog.LevelDebug),
		note:  p.noter(cfg),
	}
}

func (l libraryLog) Warn(message string)              { l.say(slog.LevelWarn, message) }
func (l libraryLog) Warnf(format string, a ...any)    { l.Warn(fmt.Sprintf(format, a...)) }
func (l libraryLog) Error(message string)             { l.say(slog.LevelError, message) }
func (l libraryLog) Errorf(format string, a ...any)   { l.Error(fmt.Sprintf(format, a...)) }
func (l libraryLog) V(level log.Level) log.InfoLogger { return infoLog{l, level} }

// infoLog is one of kind's levels: 0 is for people, 1 to 3 hold commands,
// configuration and kubeadm's own output.
type infoLog struct {
	libraryLog
	level log.Level
}

func (i infoLog) Info(message string) {
	if i.level > 0 {
		i.say(slog.LevelDebug, message)
		return
	}
	i.say(slog.LevelInfo, message)
	if phase, entered := phase(message); entered {
		i.note(phase)
	}
}

func (i infoLog) Infof(format string, a ...any) { i.Info(fmt.Sprintf(format, a...)) }

func (i infoLog) Enabled() bool { return i.level <= 0 || i.debug }

// phase reads a line such as " • Starting control-plane 🕹️  ..." as a plain
// sentence.
func phase(line string) (text string, entered bool) {
	text, entered = strings.CutPrefix(strings.TrimSpace(line), "•")
	text = strings.TrimSuffix(text, "...")
	text = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	return strings.TrimSpace(text), entered
}
