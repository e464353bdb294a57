# docker build -t postern .
# docker build -t postern --build-arg FEATURES=postern/otel .   (with traces, see docs/operations.md)
# docker run -p 8080:8080 -v postern:/data postern
FROM rust:1.95-slim-bookworm AS build
ARG FEATURES=""
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --release --locked --workspace --bin postern --features "$FEATURES" && cp target/release/postern /postern

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin postern
COPY --from=build /postern /usr/local/bin/postern
USER 10001
WORKDIR /data
VOLUME /data
# Inside a container the loopback address reaches nobody. Everything kept goes to /data.
ENV POSTERN_LISTEN=0.0.0.0:8080 \
    POSTERN_DATABASE_URL=sqlite:///data/postern.db \
    POSTERN_SECRET_KEY_FILE=/data/secret.key
EXPOSE 8080
ENTRYPOINT ["postern"]
CMD ["serve"]
