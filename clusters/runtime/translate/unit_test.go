package translate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters/runtime/translate"
)

func TestUnits(t *testing.T) {
	t.Parallel()
	const start = "[Service]\nExecStart=/usr/bin/dockerd "
	for name, row := range map[string]struct {
		units []string
		want  string // setting = value, fate
	}{
		"a flag":                             {[]string{start + "--bip=172.26.0.1/16"}, "bip = 172.26.0.1/16 lost"},
		"a flag of another name, repeated":   {[]string{start + "--registry-mirror http://a.example --registry-mirror=http://b.example"}, `registry-mirrors = ["http://a.example","http://b.example"] carried`},
		"a letter":                           {[]string{start + "-D -H fd://"}, "debug = true carried"},
		"a flag without a value":             {[]string{start + "--icc=false"}, "icc = false lost"},
		"a number":                           {[]string{start + "--max-concurrent-downloads 7"}, "max-concurrent-downloads = 7 carried"},
		"an option of the log":               {[]string{start + "--log-opt max-size=5m"}, "log-opts: max-size = 5m carried"},
		"a limit":                            {[]string{start + "--default-ulimit nofile=1024:4096"}, "default-ulimits: nofile = 1024:4096 carried"},
		"a limit of one number":              {[]string{start + "--default-ulimit nproc=77"}, "default-ulimits: nproc = 77:77 carried"},
		"a runtime":                          {[]string{start + "--add-runtime kata=/usr/bin/kata"}, `runtimes = {"kata":{"path":"/usr/bin/kata"}} carried`},
		"two proxies":                        {[]string{start + "--http-proxy http://p.example --no-proxy x"}, "proxies: no-proxy = x carried"},
		"the resource interface":             {[]string{start + "--nri-opts enable=true,plugin-path=/opt/nri"}, `nri-opts = {"enable":true,"plugin-path":"/opt/nri"} carried`},
		"a line that goes on":                {[]string{start + "\\\n  --bip=172.26.0.1/16"}, "bip = 172.26.0.1/16 lost"},
		"prefixes of systemd":                {[]string{"[Service]\nExecStart=-@/usr/bin/dockerd dockerd --mtu=1400"}, "mtu = 1400 lost"},
		"a drop-in starts it another way":    {[]string{start + "--mtu=1500", "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --mtu=1400"}, "mtu = 1400 lost"},
		"a word of the environment":          {[]string{"[Service]\nEnvironment=\"OPTS=--mtu=1400\"\nExecStart=/usr/bin/dockerd $OPTS"}, "mtu = 1400 lost"},
		"a limit of the unit":                {[]string{"[Service]\nLimitNOFILE=1048576"}, "docker.service: LimitNOFILE = 1048576 carried"},
		"a later limit wins":                 {[]string{"[Service]\nLimitNOFILE=1", "[Service]\nLimitNOFILE=2"}, "docker.service: LimitNOFILE = 2 carried"},
		"a proxy of the environment":         {[]string{"[Service]\nEnvironment=HTTPS_PROXY=http://p.example"}, "docker.service: Environment = HTTPS_PROXY=http://p.example carried"},
		"in small letters":                   {[]string{"[Service]\nEnvironment=no_proxy=a,b"}, "docker.service: Environment = no_proxy=a,b carried"},
		"the flag wins over the environment": {[]string{"[Service]\nEnvironment=NO_PROXY=a", start + "--no-proxy=b"}, "docker.service: Environment = NO_PROXY=a unneeded"},
		"a file that is not read":            {[]string{"[Service]\nEnvironmentFile=/etc/default/docker"}, "docker.service: EnvironmentFile = /etc/default/docker lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var from translate.Sources
			for _, unit := range row.units {
				from.Units = append(from.Units, file(t, "docker.service", unit))
			}
			var got []string
			for _, i := range planOf(t, from).Items {
				got = append(got, i.Setting+" = "+i.Value+" "+string(i.Fate))
			}
			if !slices.Contains(got, row.want) {
				t.Errorf("items lack %q:\n%s", row.want, strings.Join(got, "\n"))
			}
		})
	}
}

func TestTheDropInIsWrittenForSystemd(t *testing.T) {
	t.Parallel()
	from := translate.Sources{Units: []string{file(t, "docker.service",
		"[Service]\nEnvironment=\"NO_PROXY=a b\"\nEnvironment=\"HTTP_PROXY=http://p.example/%%7E\"\nLimitNOFILE=5\n")}}
	got := string(filesOf(planOf(t, from))["systemd/containerd.service.d/10-docker.conf"])
	for _, want := range []string{"[Service]\n", `Environment="NO_PROXY=a b"` + "\n", `Environment="HTTP_PROXY=http://p.example/%%7E"` + "\n", "LimitNOFILE=5\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the drop-in lacks %q:\n%s", want, got)
		}
	}
}
