# frozen_string_literal: true

# The program under test: started in a folder of its own, ended by its process id whatever happens.

require "json"
require "open3"
require "socket"
require "tmpdir"
require "timeout"

class Novi
  BINARY = ENV.fetch("NOVI_SSO_BIN") { File.expand_path("../../../target/debug/novi-sso", __dir__) }
  PATIENCE = 60

  attr_reader :url, :folder

  def initialize
    raise "#{BINARY} is not there; run cargo build, or name it in NOVI_SSO_BIN" unless File.executable?(BINARY)

    @folder = Dir.mktmpdir("novi-sso-omniauth-")
    port = TCPServer.open("127.0.0.1", 0) { |server| server.addr[1] }
    @url = "http://localhost:#{port}"
    start("serve", "--listen", "127.0.0.1:#{port}", "--site-url", @url)
  end

  # Runs a command beside the server; answers the one object that it prints.
  def run(*arguments, input: "")
    out, err, status = Open3.capture3(environment, BINARY, *arguments, "--json", chdir: @folder, stdin_data: input)
    raise "novi-sso #{arguments.join(" ")}: #{err}" unless status.success?

    JSON.parse(out)
  end

  def stop
    return unless @pid

    Process.kill("TERM", @pid)
    @reader.join(PATIENCE) || Process.kill("KILL", @pid)
    Process.wait(@pid)
    @pid = nil
    FileUtils.remove_entry(@folder)
  end

  private

  def start(*arguments)
    log, ours = IO.pipe
    @pid = Process.spawn(environment, BINARY, *arguments, chdir: @folder, in: File::NULL, %i[out err] => ours)
    ours.close
    said = Queue.new
    # Reads to the end, so that the program never waits for us.
    @reader = Thread.new { log.each_line { |line| said << line }.close && said.close }
    heard = []
    Timeout.timeout(PATIENCE) do
      until heard.last&.include?("listening on")
        line = said.pop or raise "the program ended before it listened:\n#{heard.join}"
        heard << line
      end
    end
  rescue StandardError
    stop
    raise
  end

  # Nothing of the developer's own settings, and passwords that cost little.
  def environment
    ENV.keys.grep(/\ANOVI_SSO_/).to_h { |name| [name, nil] }
       .merge("NOVI_SSO_TEST_HASH_COST" => "low", "NOVI_SSO_DRAIN_GRACE" => "0")
  end
end
