#!/bin/bash
minikube start --driver=docker
minikube start --container-runtime=docker
eval "$(minikube docker-env)"
