export default function () {}

throw new Error("nobody wrote this script")
