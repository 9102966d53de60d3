package scrape

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	config_util "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/kubernetes"
	"github.com/prometheus/prometheus/model/relabel"
	"go.yaml.in/yaml/v2"
)

//go:embed jobs.yaml
var builtinJobs string

const (
	// DefaultInterval between two scrapes of a target.
	DefaultInterval = 15 * time.Second
	// maxTimeout bounds one scrape, as Prometheus does by default.
	maxTimeout = 10 * time.Second
)

// essential are the built-in jobs whose targets every cluster has: one without
// any is a gap. What the others look for may well be missing, or listen where the
// API server does not reach it.
var essential = []string{"kubelet", "kubelet/cadvisor", "kubelet/resource", "kubelet/probes", "apiserver"}

// optional are the built-in jobs whose targets are recorded only where they
// answer: by default they listen on the node's own address, or not at all.
var optional = []string{"kube-proxy", "kube-etcd", "kube-controller-manager", "kube-scheduler", "docker", "containerd"}

// Jobs say what is to be scraped, and how it is labelled. The zero value is the
// built-in jobs.
type Jobs struct {
	file, text string // of the user's own; empty for the built-in ones
}

// ReadJobs reads the scrape_configs of a Prometheus configuration, and refuses
// what cannot be done from outside a cluster. The rest of the configuration does
// not count.
func ReadJobs(file string) (Jobs, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Jobs{}, fmt.Errorf("reading scrape configs: %w", err)
	}
	j := Jobs{file: file, text: string(text)}
	if _, err := j.load("unused", DefaultInterval); err != nil {
		return Jobs{}, fmt.Errorf("reading scrape configs: %w", err)
	}
	return j, nil
}

// builtin says whether the jobs are not the user's own.
func (j Jobs) builtin() bool { return j.file == "" }

// load returns the jobs for one cluster.
func (j Jobs) load(kubeconfig string, every time.Duration) ([]*config.ScrapeConfig, error) {
	if j.builtin() {
		return parse(builtinJobs, kubeconfig, every)
	}
	jobs, err := parse(j.text, kubeconfig, every)
	if err == nil && len(jobs) == 0 {
		err = errors.New("no scrape_configs")
	}
	if err != nil {
		return nil, fmt.Errorf("%q: %w", filepath.Base(j.file), err)
	}
	return jobs, nil
}

// parse reads jobs and turns them into jobs that can be done from outside.
func parse(text, kubeconfig string, every time.Duration) ([]*config.ScrapeConfig, error) {
	cfg, err := config.Load(text, promslog.NewNopLogger())
	if err != nil {
		return nil, err
	}
	if len(cfg.ScrapeConfigFiles) > 0 {
		return nil, errors.New("scrape_config_files: expected all jobs in one file")
	}
	var errs []error
	for _, job := range cfg.ScrapeConfigs {
		if err := outside(job, kubeconfig, every); err != nil {
			errs = append(errs, fmt.Errorf("job %q: %w", job.JobName, err))
		}
	}
	return cfg.ScrapeConfigs, errors.Join(errs...)
}

// outside changes a job so that it reaches from outside what it would reach
// inside the cluster. Its credentials and certificates stay behind: the API
// server has its own.
func outside(job *config.ScrapeConfig, kubeconfig string, every time.Duration) error {
	var errs []error
	for _, sd := range job.ServiceDiscoveryConfigs {
		switch sd := sd.(type) {
		case discovery.StaticConfig:
		case *kubernetes.SDConfig:
			errs = append(errs, inCluster(sd))
			sd.KubeConfig = kubeconfig
		default:
			errs = append(errs, fmt.Errorf("%s_sd_configs: only static_configs and kubernetes_sd_configs are supported", sd.Name()))
		}
	}
	steps, err := throughProxy(job.MetricNameValidationScheme)
	job.RelabelConfigs = append(slices.Clone(job.RelabelConfigs), steps...)
	job.HTTPClientConfig = config_util.DefaultHTTPClientConfig
	job.ScrapeFailureLogFile = ""
	job.ScrapeInterval = model.Duration(every)
	job.ScrapeTimeout = model.Duration(min(every, maxTimeout))
	if job.ScrapeFallbackProtocol == "" {
		job.ScrapeFallbackProtocol = config.PrometheusText0_0_4
	}
	return errors.Join(append(errs, err)...)
}

// inCluster refuses discovery that does not mean the cluster at hand.
func inCluster(sd *kubernetes.SDConfig) error {
	switch {
	case sd.APIServer.URL != nil, sd.KubeConfig != "":
		return errors.New("kubernetes_sd_configs: expected neither api_server nor kubeconfig_file: the cluster at hand is meant")
	case sd.NamespaceDiscovery.IncludeOwnNamespace:
		return errors.New("kubernetes_sd_configs: expected no own_namespace, of which there is none outside a cluster: name it")
	}
	return nil
}

// throughProxy are the steps that lead a job's targets through the proxy.
func throughProxy(names model.ValidationScheme) ([]*relabel.Config, error) {
	var steps []*relabel.Config
	if err := yaml.UnmarshalStrict([]byte(through), &steps); err != nil {
		return nil, err
	}
	for _, s := range steps {
		if err := s.Validate(names); err != nil {
			return nil, err
		}
	}
	return steps, nil
}
